import { describe, expect, it } from 'vitest';
import {
  discovered,
  npmPackage,
  onlyServer,
  reasons,
  starts,
  typescriptClient,
  typescriptServer,
} from './repository.ts';

describe('packages of npm', () => {
  it('starts a bin that is built from src, and says that it must be built', async () => {
    const server = await onlyServer({ 'package.json': npmPackage({}), 'src/index.ts': typescriptServer });
    expect(server).toMatchObject({
      name: 'weather-mcp',
      folder: '.',
      language: 'typescript',
      start: { kind: 'node', bin: 'weather-mcp', file: 'dist/index.js', args: [] },
      command: ['node', 'dist/index.js'],
      needsBuild: true,
      transports: ['stdio'],
      publishedAs: [{ registry: 'npm', name: 'weather-mcp', version: '1.2.3' }],
    });
    expect(server.declaredIn).toEqual([
      { format: 'package.json', file: 'package.json', line: 5, column: 5, field: 'bin.weather-mcp' },
    ]);
  });

  it.each([
    ['build/src/cli.js', 'src/cli.ts'],
    ['dist/esm/index.js', 'src/index.ts'],
    ['dist/server.js', 'server.ts'],
    ['lib/bin/start.mjs', 'src/bin/start.mts'],
    ['./dist/index.js', 'index.ts'],
  ])('finds the source of %s in %s', async (bin, source) => {
    const found = await onlyServer({ 'package.json': npmPackage({ bin }), [source]: typescriptServer });
    expect(found.command).toEqual(['node', bin.replace('./', '')]);
  });

  it('follows imports, also dynamic ones and those of the workspace', async () => {
    const found = await discovered({
      'package.json': { name: 'root', private: true, workspaces: ['packages/*'] },
      'packages/core/package.json': { name: '@acme/core', main: 'dist/index.js' },
      'packages/core/src/index.ts': `export * from './make.js';`,
      'packages/core/src/make.ts': typescriptServer.replace('#!/usr/bin/env node', ''),
      'packages/app/package.json': { name: '@acme/app-mcp', bin: 'dist/main.js' },
      'packages/app/src/main.ts': `await import('./later.js');`,
      'packages/app/src/later.ts': `import { make } from '@acme/core'; new StdioServerTransport();`,
    });
    expect(starts(found)).toEqual(['app-mcp: node dist/main.js']);
    expect(reasons(found)).toEqual({
      'package.json': 'It is the root of a workspace, without a program of its own.',
      'packages/core/package.json': 'A library or part of one: it has no program that starts an MCP server.',
    });
  });

  it.each([
    ['@acme/server-everything', 'mcp-server-everything', 'server-everything'],
    ['@acme/mcp', 'acme-tools', 'acme-tools'],
    ['@acme/mcp', 'mcp', 'acme-mcp'],
    ['Wéird näme', 'x', 'W-ird-n-me'],
  ])('names %s with the bin %s: %s', async (name, bin, expected) => {
    const files = { 'package.json': npmPackage({ name, bin: { [bin]: 'index.js' } }), 'index.js': typescriptServer };
    expect((await onlyServer(files)).name).toBe(expected);
  });

  it('takes bins of one source for one server, and those of two sources for two', async () => {
    const found = await discovered({
      'package.json': npmPackage({
        name: 'tools',
        bin: { 'a-mcp': 'a.js', 'a-mcp-http': 'a-http.js', 'b-mcp': 'b.js', setup: 'setup.js' },
      }),
      'a.js': `import './make-a.js';`,
      'a-http.js': `import './make-a.js';`,
      'make-a.js': typescriptServer,
      'b.js': typescriptServer,
      'setup.js': `console.log('hello')`,
    });
    expect(starts(found)).toEqual(['a-mcp: node a.js', 'b-mcp: node b.js']);
    expect(reasons(found)['package.json']).toBe(
      'The program `setup` starts no MCP server, as far as its sources show.',
    );
  });

  it('believes a package without any source that the registry knows', async () => {
    const files = { 'package.json': npmPackage({ mcpName: 'io.github.acme/weather' }), 'dist/x.js': 'bundled()' };
    expect(await onlyServer(files)).toMatchObject({ registryName: 'io.github.acme/weather', name: 'weather-mcp' });
  });

  it('starts what has no bin as npm start does', async () => {
    const pkg = { name: 'w-mcp', scripts: { start: 'NODE_ENV=production node dist/server.js --stdio' } };
    const found = await discovered({ 'package.json': pkg, 'src/server.ts': typescriptServer });
    expect(starts(found)).toEqual(['w-mcp: node dist/server.js --stdio']);
    const typed = { ...pkg, scripts: { start: 'tsx src/server.ts' } };
    expect(starts(await discovered({ 'package.json': typed, 'src/server.ts': typescriptServer }))).toEqual([
      'w-mcp: npm start',
    ]);
  });

  it('finds a Worker by the file that its configuration names', async () => {
    const server = await onlyServer({
      'package.json': { name: 'radar', private: true, scripts: { start: 'wrangler dev' } },
      'wrangler.jsonc': '{\n  // the entry\n  "main": "src/radar.app.ts",\n}',
      'src/radar.app.ts': `import { McpAgent } from 'agents/mcp';\nexport class Radar extends McpAgent {}`,
    });
    expect(server).toMatchObject({
      name: 'radar',
      command: ['npx', 'wrangler', 'dev'],
      transports: ['streamable-http'],
    });
  });

  it('gives a tool of many uses the subcommand that serves', async () => {
    const cli = `import { serve } from './serve.js'; program.command('mcp').action(serve); program.command('lint');`;
    const files = {
      'package.json': npmPackage({ name: 'linter', bin: { linter: 'cli.js' } }),
      'cli.js': cli,
      'serve.js': typescriptServer,
    };
    expect((await onlyServer(files)).command).toEqual(['node', 'cli.js', 'mcp']);
  });

  it.each([
    ['a client', npmPackage({}), { 'src/index.ts': typescriptClient }, 'talks to MCP servers as a client'],
    ['a tool', npmPackage({ keywords: ['mcp'] }), { 'src/index.ts': 'run()' }, 'starts no MCP server'],
    [
      'a library',
      { name: 'mcp-helpers', main: 'dist/index.js' },
      {
        'src/index.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const make = () => new McpServer({});`,
      },
      'library',
    ],
    ['a framework', npmPackage({ name: 'fastmcp' }), { 'src/index.ts': typescriptServer }, 'framework'],
    [
      'a proxy',
      npmPackage({ description: 'A proxy for MCP servers' }),
      { 'src/index.ts': typescriptServer + typescriptClient },
      'stands between',
    ],
    [
      'an agent',
      npmPackage({ name: 'agent', bin: 'a.js' }),
      { 'a.js': typescriptServer + typescriptClient },
      'does not call itself a server',
    ],
  ])('leaves %s out', async (_, manifest, sources, why) => {
    const found = await discovered({ 'package.json': manifest, ...sources });
    expect(starts(found)).toEqual([]);
    expect(reasons(found)['package.json']).toContain(why);
  });

  it('keeps a server that also has a client in it', async () => {
    const manifest = npmPackage({ description: 'MCP server for the terminal' });
    const found = await discovered({ 'package.json': manifest, 'src/index.ts': typescriptServer + typescriptClient });
    expect(found.servers).toHaveLength(1);
  });

  it('never starts a file outside of the repository, nor one that looks like an option', async () => {
    const outside = { 'package.json': npmPackage({ bin: '../../evil.js', mcpName: 'io.github.a/b' }) };
    expect((await discovered(outside)).servers).toEqual([]);
    const option = { 'package.json': npmPackage({ bin: '--eval=1.js' }), '--eval=1.js': typescriptServer };
    expect((await onlyServer(option)).command).toEqual(['node', './--eval=1.js']);
  });
});

describe('sources that imports do not show', () => {
  it('follows a program of the repository into what is only built, and says that it must be built', async () => {
    const server = await onlyServer({
      'package.json': npmPackage({ bin: 'bin/run.mjs' }),
      'bin/run.mjs': `const { run } = await import('../dist/index.js');`,
      'src/index.ts': typescriptServer,
    });
    expect(server).toMatchObject({ command: ['node', 'bin/run.mjs'], needsBuild: true });
  });

  it('believes a program that calls itself one of MCP’s, where any source of its package serves', async () => {
    const files = {
      'package.json': npmPackage({ bin: 'cli.js' }),
      'cli.js': 'load(name)',
      'lib/s.js': typescriptServer,
    };
    expect((await onlyServer(files)).name).toBe('weather-mcp');
    const other = { ...files, 'package.json': npmPackage({ name: 'create-mcp-app', bin: 'cli.js' }) };
    expect((await discovered(other)).servers).toEqual([]);
  });

  it('does not take a script of the package that the registry declaration names for arguments', async () => {
    const found = await onlyServer({
      'package.json': npmPackage({}),
      'src/index.ts': typescriptServer,
      'server.json': {
        name: 'io.github.acme/weather',
        version: '1.2.3',
        packages: [
          {
            registryType: 'npm',
            identifier: 'weather-mcp',
            version: '1.2.3',
            runtimeHint: 'bun',
            packageArguments: [
              { type: 'positional', value: 'run' },
              { type: 'positional', value: 'start:stdio' },
            ],
          },
        ],
      },
    });
    expect(found.command).toEqual(['node', 'dist/index.js']);
  });
});
