import { discover } from '../../src/discovery/discover.ts';
import { median, ms, repetitions, say, timed } from './measure.ts';

const servers = 60;
const filesOfEach = 83;

/** A workspace of 60 packages, each a server of TypeScript among other files: 5,000 files in all. */
function manyServers(): Map<string, string> {
  const files = new Map([['package.json', JSON.stringify({ name: 'all', private: true, workspaces: ['packages/*'] })]]);
  for (let n = 0; n < servers; n++) {
    const folder = `packages/server-${n}`;
    const manifest = { name: `@acme/server-${n}`, version: '1.0.0', bin: 'dist/index.js', scripts: { build: 'tsc' } };
    files.set(`${folder}/package.json`, JSON.stringify(manifest));
    const imports = "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n";
    files.set(`${folder}/src/index.ts`, `${imports}new McpServer({ name: 'server-${n}', version: '1.0.0' });\n`);
    for (let at = 2; at < filesOfEach; at++) files.set(`${folder}/src/part-${at}.ts`, `export const part = ${at};\n`);
  }
  return files;
}

/** (f) Discovery of a repository with 60 servers and 5,000 files, after the fetch. */
export async function benchDiscovery(): Promise<void> {
  const files = manyServers();
  const paths = [...files.keys()].toSorted();
  const times: number[] = [];
  for (let n = 0; n < repetitions; n++) {
    const [duration, found] = await timed(() =>
      discover({ paths, text: (path) => Promise.resolve(files.get(path) ?? null) }),
    );
    if (found.servers.length !== servers) throw new Error(`${found.servers.length} of ${servers} servers were found`);
    times.push(duration);
  }
  say(`(f) discovery of ${servers} servers among ${paths.length} files: ${ms(median(times))} (at most 2000 ms)`);
}
