import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { WorkflowResult } from '../../src/result/model.ts';
import { backend, serve, type TestServer } from '../checkout/git-server.ts';
import { makeRepository, temporaryFolder } from '../checkout/repository.ts';
import { leftovers } from './leftovers.ts';
import { startRegistry, type Registry } from './registry.ts';
import { createJob, type Job, type Stage } from './runner.ts';

const program = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
const token = 'a-token-for-this-test';

/** A package that says that it is a server. */
const serverPackage = (name: string, more: Record<string, unknown> = {}) => ({
  [`${name}/package.json`]: `${JSON.stringify({ name, version: '1.0.0', mcpName: `io.example/${name}`, bin: 'server.mjs', ...more }, null, 2)}\n`,
  [`${name}/server.mjs`]: `#!/usr/bin/env node\n${program('healthy.mjs')}`,
  [`${name}/lib.mjs`]: program('lib.mjs'),
});

/** Three servers, of which one has to be built and one asks for a secret, and look-alikes. */
const repository = {
  ...serverPackage('weather'),
  ...serverPackage('built', { bin: 'dist/server.mjs', scripts: { build: 'mkdir dist && cp server.mjs lib.mjs dist' } }),
  ...serverPackage('wants-key'),
  'wants-key/server.json': JSON.stringify({
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.example/wants-key',
    description: 'x',
    version: '1.0.0',
    packages: [
      {
        registryType: 'npm',
        identifier: 'wants-key',
        version: '1.0.0',
        transport: { type: 'stdio' },
        environmentVariables: [{ name: 'EXAMPLE_KEY', isRequired: true, isSecret: true }],
      },
    ],
  }),
  'client/package.json': JSON.stringify({
    name: 'client',
    bin: 'cli.js',
    keywords: ['mcp'],
    dependencies: { '@modelcontextprotocol/sdk': '1.0.0' },
  }),
  'client/cli.js': `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nnew Client({ name: 'c', version: '1' });\n`,
  '.mcp.json': JSON.stringify({ mcpServers: { foreign: { command: 'npx', args: ['-y', 'somebody-elses-server'] } } }),
};

describe('a repository of a server that wants a token, with nothing else configured', () => {
  const folder = temporaryFolder();
  let server: TestServer;
  let registry: Registry;
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;
  let commit: string;
  const find = (name: string) => result.servers.find((each) => each.name === name);

  beforeAll(async () => {
    commit = makeRepository(join(folder, 'acme', 'tools.git'), repository);
    server = await serve(backend(folder, { token }));
    registry = await startRegistry([]);
    const config = {
      version: 1,
      repositories: ['acme/tools'],
      servers: { weather: { resources: { pids: 100 } } },
      cases: [
        { id: 'adds', server: 'weather', tool: 'add', args: { a: 2, b: 3 }, expect: { contains: '5' } },
        { id: 'lost', server: 'renamed-since', tool: 'add' },
      ],
    };
    job = createJob({
      files: { '.github/mcp-workflow.yml': stringify(config) },
      inputs: { 'github-token': token },
      env: { npm_config_registry: registry.url },
      platform: { GITHUB_SERVER_URL: server.origin },
    });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    await server.close();
    await registry.close();
    job.remove();
    rmSync(folder, { recursive: true });
  });

  it.each(['weather', 'built'])('%s is found, installed, built where it has to be, and passes', (name) => {
    expect(find(name)?.reason).toBeNull();
    expect(find(name)).toMatchObject({
      state: 'passed',
      source: { given: 'acme/tools', resolved: { kind: 'git', digest: commit } },
    });
    expect(find(name)?.source.declaredIn[0]).toMatchObject({ location: { file: `${name}/package.json` } });
  });

  it('a name under `servers` refines what was found, and its cases run', () => {
    expect(find('weather')?.cases).toMatchObject([{ id: 'adds', state: 'passed' }]);
  });

  it('what a manifest asks for is not given because it asks', () => {
    expect(find('wants-key')).toMatchObject({
      state: 'skipped',
      reason: expect.stringMatching(/^grant EXAMPLE_KEY: .*server\.json asks for it/u),
    });
  });

  it('a name that nothing bears is a failure', () => {
    expect(find('renamed-since')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('no server "renamed-since" was found'),
      cases: [{ id: 'lost', state: 'skipped' }],
    });
  });

  it('look-alikes are left out, with the reason', () => {
    expect(result.servers.map(({ name }) => name).toSorted()).toEqual([
      'built',
      'renamed-since',
      'wants-key',
      'weather',
    ]);
    expect(result.repositories).toMatchObject([{ given: 'acme/tools', state: 'passed', commit }]);
    const left = result.repositories[0]?.leftOut.map(({ path }) => path) ?? [];
    expect(left).toEqual(expect.arrayContaining(['.mcp.json']));
    expect(left.some((path) => path.startsWith('client'))).toBe(true);
    expect(main.summary).toContain(commit.slice(0, 12));
  });

  it('the token went to its server, and into nothing that the action writes', () => {
    expect(server.authorizations.some((sent) => sent !== null)).toBe(true);
    const written = [main.log, main.summary, JSON.stringify(result)].join('\n');
    expect(written).not.toContain(token);
    expect(written).not.toContain(Buffer.from(`x-access-token:${token}`).toString('base64'));
  });

  it('nothing is left after post', async () => {
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });
});

describe('a repository that is still being fetched', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'is named in the result after %s, and is no mistake of ours',
    async (signal) => {
      const silent = await serve(() => {});
      const job = createJob({ inputs: { repositories: `${silent.origin}/acme/tools.git` } });
      const running = job.start();
      await running.logged('looking for servers in it');
      running.kill(signal);
      const { log } = await running.done;
      expect(log).not.toContain('Internal error');
      expect(WorkflowResult.parse(job.readResult())).toMatchObject({
        complete: false,
        conclusion: 'incomplete',
        servers: [{ name: 'tools', state: 'skipped', reason: expect.stringContaining('cut off by') }],
      });
      await job.post();
      expect(leftovers([job])).toEqual([]);
      await silent.close();
      job.remove();
    },
  );
});

describe('the workspace as a source', () => {
  const run = async (files: Record<string, string>) => {
    const registry = await startRegistry([]);
    const job = createJob({ files, inputs: { repositories: '.' }, env: { npm_config_registry: registry.url } });
    const main = await job.main();
    const result = WorkflowResult.parse(job.readResult());
    await job.post();
    await registry.close();
    job.remove();
    return { main, result };
  };

  it('gives its servers, at the lines of their manifests', async () => {
    const { main, result } = await run(serverPackage('weather'));
    expect(main.exitCode).toBe(0);
    expect(result.servers).toMatchObject([
      { name: 'weather', state: 'passed', source: { location: { file: 'weather/package.json' } } },
    ]);
    expect(result.servers[0]?.source.location?.line).toBeGreaterThan(1);
  });

  it('without any server is no success', async () => {
    const { main, result } = await run({ 'package.json': '{ "name": "library", "main": "index.js" }', 'index.js': '' });
    expect(main.exitCode).toBe(1);
    expect(result.servers).toMatchObject([{ state: 'failed', startup: { outcome: 'not_mcp' } }]);
    expect(result.servers[0]?.reason).toContain('No MCP server was found');
  });
});

describe('a server of the MCP registry', () => {
  const published = {
    manifest: { name: 'weather-server', version: '2.1.0', bin: 'server.mjs', mcpName: 'io.example/weather' },
    files: { 'server.mjs': `#!/usr/bin/env node\n${program('healthy.mjs')}`, 'lib.mjs': program('lib.mjs') },
  };
  const entry = {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.example/weather',
    description: 'Weather.',
    version: '2.1.0',
    packages: [{ registryType: 'npm', identifier: 'weather-server', version: '2.1.0', transport: { type: 'stdio' } }],
  };

  it('is looked up by its API, and the package that it names is installed and tested', async () => {
    const asked: string[] = [];
    const api = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.includes('weather') === true) response.end(JSON.stringify({ server: entry, _meta: {} }));
      else response.writeHead(404).end('{}');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const registry = await startRegistry([published]);
    const job = createJob({
      inputs: { repositories: 'registry:io.example/weather\nregistry:io.example/nothing@1.0.0' },
      env: {
        npm_config_registry: registry.url,
        MCP_REGISTRY_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      },
    });
    try {
      await job.main();
      const { servers } = WorkflowResult.parse(job.readResult());
      const [weather, nothing] = ['weather', 'nothing'].map((name) => servers.find((each) => each.name === name));
      expect(weather).toMatchObject({
        state: 'passed',
        source: { resolved: { kind: 'npm', name: 'weather-server', version: '2.1.0' } },
      });
      expect(nothing).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('io.example/nothing 1.0.0 does not exist in the MCP registry'),
      });
      expect(asked.sort()).toEqual([
        '/v0.1/servers/io.example%2Fnothing/versions/1.0.0',
        '/v0.1/servers/io.example%2Fweather/versions/latest',
      ]);
      await job.post();
      expect(leftovers([job])).toEqual([]);
    } finally {
      api.close();
      await registry.close();
      job.remove();
    }
  });
});
