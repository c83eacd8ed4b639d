import { describe, expect, it } from 'vitest';
import { discovered, npmPackage, pythonServer, reasons, serverJson, typescriptServer } from './repository.ts';

const server = { 'package.json': npmPackage({}), 'src/index.ts': typescriptServer };

function inside(folder: string, files: Readonly<Record<string, string | object>>) {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

describe('look-alikes', () => {
  it.each([
    ['examples/weather', 'examples', 'An example'],
    ['packages/a/test/fixtures/weather', 'packages/a/test', 'A test'],
    ['test-servers', 'test-servers', 'A test'],
    ['template', 'template', 'A template'],
    ['templates/{{name}}', 'templates', 'A template'],
    ['docs/snippets', 'docs', 'Documentation'],
    ['packages/mcp-evals', 'packages/mcp-evals', 'A benchmark'],
  ])('servers in %s are left out by the name of %s', async (folder, named, why) => {
    const found = await discovered(inside(folder, { ...server, 'server.json': serverJson() }));
    expect(found.servers).toEqual([]);
    expect(reasons(found)[named]).toMatch(new RegExp(`^${why}.*2 manifests`));
  });

  it.each(['node_modules/weather', 'vendor/weather', '.venv/lib/weather', 'dist', 'target/package'])(
    'nothing in %s is even mentioned',
    async (folder) => {
      expect(await discovered(inside(folder, server))).toEqual({ servers: [], leftOut: [], findings: [] });
    },
  );

  it('does not mistake names that hold such words', async () => {
    const found = await discovered({
      ...inside('src/test-results-mcp-server', {}),
      ...inside('packages/documentation-server', { ...server, 'package.json': npmPackage({ name: 'docs-mcp' }) }),
      ...inside('packages/latest', { 'pyproject.toml': '[project]\nname = "x-mcp"\n', 'server.py': pythonServer }),
    });
    expect(found.servers.map(({ name }) => name)).toEqual(['docs-mcp', 'x-mcp']);
  });

  it('gives each server a name of its own', async () => {
    const found = await discovered({ ...inside('a', server), ...inside('b', server), ...inside('c/b', server) });
    expect(found.servers.map(({ name }) => name)).toEqual(['weather-mcp', 'weather-mcp-b', 'weather-mcp-2']);
  });

  it('finds nothing in an empty repository', async () => {
    expect(await discovered({})).toEqual({ servers: [], leftOut: [], findings: [] });
  });
});
