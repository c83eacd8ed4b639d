import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipOf } from '../../checkout/zip.ts';
import { probesProgram } from '../fixtures.ts';
import type { Published } from '../registry.ts';
import { casePassed, type HostileServer, passed, seconds } from './model.ts';

const program = (name: string) => readFileSync(join(import.meta.dirname, '../../servers', name), 'utf8');

/** Tells what its install script wrote down, and where files of the given names lie. */
const telling = `#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { serve, text, tool } from './lib.mjs';
import { find } from './probes.mjs';

const own = (name) => new URL(name, import.meta.url);
serve({
  tools: [tool('seen'), tool('find', { names: { type: 'array' } })],
  calls: {
    seen: () => text('', { structuredContent: JSON.parse(readFileSync(own('seen.json'), 'utf8')) }),
    find: ({ names }) => text('', { structuredContent: { found: find(new Set(names)) } }),
  },
});
`;
const version = '1.0.0';
const published = (
  name: string,
  more: Partial<Published> & { readonly scripts?: object; readonly bin?: string } = {},
): Published => ({
  manifest: {
    name,
    version,
    bin: more.bin ?? 'server.mjs',
    ...(more.scripts === undefined ? {} : { scripts: more.scripts }),
  },
  files: {
    'server.mjs': telling,
    'lib.mjs': program('lib.mjs'),
    'probes.mjs': readFileSync(probesProgram, 'utf8'),
    ...more.files,
  },
  ...(more.entries === undefined ? {} : { entries: more.entries }),
});

const withScript = (name: string, script: string): Published =>
  published(name, { scripts: { postinstall: 'node postinstall.cjs' }, files: { 'postinstall.cjs': script } });

/** Each place that it could write to, and what became of it; its own folder is the only one it may. */
const writesOutside = `
const { writeFileSync, symlinkSync } = require('node:fs');
const places = ['/', '/usr/', '/etc/', '/opt/mcp-workflow/', '/opt/mcp-workflow/npm/', '/run/', '/var/', '/home/', '/dev/', '/proc/sys/kernel/'];
const written = places.filter((place) => { try { writeFileSync(place + 'escaped-by-script', 'x'); return true; } catch { return false; } });
// What a later program would write through.
symlinkSync('/etc/passwd', 'link-to-passwd');
writeFileSync('seen.json', JSON.stringify({ written }));
`;

const wantsNetwork = `
const { writeFileSync } = require('node:fs');
const { connect } = require('node:net');
const { lookup } = require('node:dns');
const seen = {};
const end = () => { if (Object.keys(seen).length < 3) return; writeFileSync('seen.json', JSON.stringify(seen)); console.error('could not download the browser'); process.exit(1); };
for (const [name, host] of [['address', '1.1.1.1'], ['metadata', '169.254.169.254']]) {
  connect({ host, port: 80 }).on('error', (error) => { seen[name] = error.code; end(); }).on('connect', () => { seen[name] = 'connected'; end(); });
}
lookup('storage.googleapis.com', (error) => { seen.name = error?.code ?? 'found'; end(); });
`;

const many = Array.from({ length: 100_000 }, (_, index) => ({
  name: `package/files/${Math.floor(index / 1000)}/${index}.txt`,
}));

const folder = (files: Readonly<Record<string, string>>) => (workspace: string) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(workspace, name, '..'), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
};

const bundleManifest = JSON.stringify({
  manifest_version: '0.3',
  name: 'bundle',
  version,
  description: 'x',
  author: { name: 'x' },
  server: {
    type: 'node',
    entry_point: 'server.mjs',
    mcp_config: { command: 'node', args: ['${__dirname}/server.mjs'] },
  },
});

const finds = (...names: string[]) => ({
  tool: 'find',
  args: { names },
  expect: { jsonPath: { '$.found': [] } },
  seen: casePassed,
});

export const installServers: readonly HostileServer[] = [
  {
    name: 'script-never-ends',
    does: 'has an install script that never ends',
    from: { published: withScript('script-never-ends', `console.error('still busy'); setInterval(() => {}, 1000);`) },
    configured: seconds({ install: 15 }),
    cases: { finds: finds('nothing-of-that-name') },
    seen: {
      ...passed,
      findings: { 'install-scripts': 'without network they failed, and the server was started all the same' },
    },
  },
  {
    name: 'script-fails',
    does: 'has an install script that fails',
    from: { published: withScript('script-fails', `console.error('the compiler is missing'); process.exit(3);`) },
    seen: {
      ...passed,
      findings: { 'install-scripts': 'without network they failed, and the server was started all the same' },
    },
  },
  {
    name: 'script-writes-outside',
    does: 'has an install script that writes wherever it can',
    from: { published: withScript('script-writes-outside', writesOutside) },
    cases: {
      wrote: { tool: 'seen', expect: { jsonPath: { '$.written': [] } }, seen: casePassed },
      finds: finds('escaped-by-script'),
    },
    seen: { ...passed, findings: { 'install-scripts': 'they ran without network' } },
  },
  {
    name: 'script-wants-network',
    does: 'has an install script that wants the network',
    from: { published: withScript('script-wants-network', wantsNetwork) },
    cases: {
      got: {
        tool: 'seen',
        expect: { jsonPath: { '$.address': 'ENETUNREACH', '$.metadata': 'ENETUNREACH', '$.name': 'EAI_AGAIN' } },
        seen: casePassed,
      },
    },
    seen: { ...passed, findings: { 'install-scripts': 'without network they failed' } },
  },
  {
    name: 'many-files',
    does: 'is a package of 100,000 files',
    from: { published: published('many-files', { entries: many }) },
    configured: seconds({ install: 400 }),
    cases: { finds: finds('nothing-of-that-name') },
    seen: passed,
  },
  {
    name: 'bin-is-a-link',
    does: 'has a command that is a link out of its package',
    from: {
      published: published('bin-is-a-link', {
        bin: 'start.mjs',
        entries: [{ name: 'package/start.mjs', type: 'symlink', linkname: '../../../../../../usr/bin/env' }],
      }),
    },
    seen: {
      state: 'failed',
      outcome: 'crashed',
      words: ['incomplete or does not fit the runtime', 'failed to exec pid1: No such file or directory'],
      stderr: 'failed to exec pid1',
    },
  },
  {
    name: 'folder-with-a-link',
    does: 'is a folder of the workspace whose command is a link to a file beside it',
    from: {
      workspace: './linked',
      prepare: (workspace) => {
        folder({
          'linked/package.json': JSON.stringify({ name: 'linked', version, bin: 'server.mjs' }),
          'secret.mjs': program('healthy.mjs'),
        })(workspace);
        symlinkSync('../secret.mjs', join(workspace, 'linked/server.mjs'));
      },
    },
    seen: {
      state: 'failed',
      outcome: 'crashed',
      words: ['incomplete or does not fit the runtime', 'Cannot find module'],
      stderr: 'Cannot find module',
    },
  },
  {
    name: 'hostile-archive',
    does: 'is an archive with `..`, absolute paths, links and devices',
    from: {
      published: published('hostile-archive', {
        entries: [
          { name: 'package/../../../escaped-upwards', content: 'x' },
          { name: '/escaped-absolutely', content: 'x' },
          { name: 'package/linked-folder', type: 'symlink', linkname: '/app' },
          { name: 'package/linked-folder/escaped-through-link', content: 'x' },
          { name: 'package/hard-link', type: 'link', linkname: '/etc/passwd' },
          { name: 'package/device', type: 'character-device', devmajor: 1, devminor: 8 },
          { name: 'package/pipe', type: 'fifo' },
        ],
      }),
    },
    cases: {
      outside: finds('escaped-upwards', 'hard-link', 'device', 'pipe'),
      inside: {
        tool: 'find',
        args: { names: ['escaped-through-link', 'escaped-absolutely'] },
        expect: {
          jsonPath: {
            '$.found[?!match(@, "/opt/mcp-workflow/app/node_modules/hostile-archive/.*")]': { exists: false },
          },
        },
        seen: casePassed,
      },
    },
    seen: passed,
  },
  {
    name: 'hostile-bundle',
    does: 'is an MCP bundle with a path out of it',
    from: {
      workspace: './evil.mcpb',
      prepare: (workspace) => {
        const parts = [
          { name: 'manifest.json', content: bundleManifest },
          { name: 'server.mjs', content: telling },
          { name: '../escaped-upwards', content: 'x' },
        ];
        writeFileSync(join(workspace, 'evil.mcpb'), zipOf(parts));
      },
    },
    seen: { state: 'failed', outcome: 'install_failed', words: ['./evil.mcpb is not used', '../escaped-upwards'] },
  },
  {
    name: 'silent-image',
    does: 'is an image whose entry point never returns',
    from: {
      image: { node: true },
      changes: [`ENTRYPOINT ["/usr/bin/node", "--eval", "setInterval(() => {}, 1000)"]`, 'USER 1000'],
    },
    configured: seconds({ start: 8 }),
    seen: {
      state: 'failed',
      outcome: 'init_timeout',
      words: ['did not answer `initialize` within 8 s (it wrote nothing on stderr)'],
    },
  },
  {
    name: 'image-prints-for-ever',
    does: 'is an image whose entry point floods stdout',
    from: {
      image: { node: true },
      changes: [
        `ENTRYPOINT ["/usr/bin/node", "--eval", "const w = () => { while (process.stdout.write('x'.repeat(65536))); process.stdout.once('drain', w); }; w()"]`,
        'USER 1000',
      ],
    },
    seen: {
      state: 'failed',
      outcome: 'stdout_polluted',
      words: ['wrote a line of more than 16 MiB on stdout'],
      findings: { 'stdout-clean': 'no JSON-RPC', 'stdout-line-length': 'longer' },
    },
  },
  {
    name: 'no-such-file-in-image',
    does: 'is an image whose entry point is not there',
    from: { image: { node: true }, changes: ['ENTRYPOINT ["/not/there"]', 'USER 1000'] },
    seen: {
      state: 'failed',
      outcome: 'crashed',
      words: ['failed to exec pid1: No such file or directory', 'check `command`, `bin` and `image`'],
      stderr: 'failed to exec pid1',
    },
  },
];
