import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { WorkflowResult } from '../../src/result/model.ts';
import { leftovers } from './leftovers.ts';
import { type Published, type Registry, startRegistry } from './registry.ts';
import { createJob, type Job, type Stage } from './runner.ts';
import { type PrivateRegistry, startVerdaccio } from './verdaccio.ts';

const program = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
/** Shows whoever asks the whole of its environment, and of its installed files those that hold a text. */
const showing = `#!/usr/bin/env node
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { serve, text, tool } from './lib.mjs';
import { public_ } from 'open';

const files = (folder) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});
const tree = new URL('../../..', import.meta.url).pathname;
serve({
  tools: [tool('environment'), tool('holding', { half: { type: 'string' }, rest: { type: 'string' } })],
  calls: {
    environment: () => text(JSON.stringify(process.env) + public_),
    holding: ({ half, rest }) => text(files(tree).filter((path) => readFileSync(path, 'latin1').includes(half + rest)).join() || 'none'),
  },
});
`;
const version = '1.0.0';
const server: Published = {
  manifest: { name: '@acme/server', version, bin: 'server.mjs', type: 'module', dependencies: { open: version } },
  files: { 'server.mjs': showing, 'lib.mjs': program('lib.mjs') },
};
const open: Published = {
  manifest: { name: 'open', version, type: 'module', exports: './index.js' },
  files: { 'index.js': "export const public_ = 'from the open registry';" },
};

describe('a private scope on a registry that wants a token', () => {
  let closed: PrivateRegistry;
  let registry: Registry;
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;

  beforeAll(async () => {
    closed = await startVerdaccio('@acme');
    closed.publish(server);
    registry = await startRegistry([open]);
    const [half, rest] = [closed.token.slice(0, 20), closed.token.slice(20)];
    const config = {
      version: 1,
      registries: { '@acme': { url: closed.url, token: { secret: 'ACME_TOKEN' } } },
      servers: { private: { source: `npm:@acme/server@${version}` } },
      cases: [
        { id: 'works', server: 'private', tool: 'environment', expect: { contains: 'from the open registry' } },
        { id: 'no-variable', server: 'private', tool: 'environment', expect: { notContains: half } },
        { id: 'no-file', server: 'private', tool: 'holding', args: { half, rest }, expect: { equals: 'none' } },
      ],
    };
    job = createJob({
      files: { '.github/mcp-workflow.yml': stringify(config) },
      inputs: { secrets: 'ACME_TOKEN' },
      env: { ACME_TOKEN: closed.token, npm_config_registry: registry.url },
    });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    job.remove();
    await registry.close();
    await closed.close();
  });

  it('its server is installed, with what it needs from the open one, and passes', () => {
    expect(result.servers).toMatchObject([
      {
        state: 'passed',
        reason: null,
        source: { resolved: { name: '@acme/server', version, integrity: expect.stringMatching(/^sha512-/u) } },
      },
    ]);
  });

  it('its token is in no variable and no file of the container', () => {
    expect(result.servers[0]?.cases.map(({ id, state }) => [id, state])).toEqual([
      ['works', 'passed'],
      ['no-variable', 'passed'],
      ['no-file', 'passed'],
    ]);
  });

  it('its token is in nothing that is written, and the open registry is asked without one', () => {
    const files = readdirSync(job.results).map((name) => readFileSync(join(job.results, name)));
    const texts = files.map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'));
    for (const text of [main.log.replaceAll(/^::add-mask::.*$/gmu, ''), main.summary, ...texts]) {
      expect(text).not.toContain(closed.token);
    }
    expect(registry.requests.length).toBeGreaterThan(0);
    expect(registry.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(registry.requests.filter(({ line }) => line.includes('@acme'))).toEqual([]);
  });

  it('without the token it is refused, and the sentence says by whom', async () => {
    const without = createJob({
      files: { '.github/mcp-workflow.yml': stringify({ version: 1, registries: { '@acme': { url: closed.url } } }) },
      inputs: { repositories: `npm:@acme/server@${version}` },
      env: { npm_config_registry: registry.url },
    });
    const refused = await without.main();
    expect(refused.exitCode).not.toBe(0);
    expect(WorkflowResult.parse(without.readResult()).servers[0]?.reason).toMatch(/401|403|login|token/u);
    without.remove();
  });

  it('leaves nothing', async () => {
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });
});
