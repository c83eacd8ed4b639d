import { describe, expect, it } from 'vitest';
import { discovered, npmPackage, serverJson, starts, typescriptServer, goServer } from './repository.ts';

const project = (more: object = {}) => ({ 'package.json': npmPackage(more), 'src/index.ts': typescriptServer });
const npmPackages = (identifier: string, version: string) => ({
  packages: [{ registryType: 'npm', identifier, version, transport: { type: 'stdio' } }],
});

async function checks(files: Parameters<typeof discovered>[0]): Promise<string[]> {
  const { findings, servers } = await discovered(files);
  expect(servers).toHaveLength(1);
  return findings.map(({ check, severity, place }) => `${check} ${severity} ${place.file}:${place.line}`);
}

describe('what declarations say against each other', () => {
  it('is nothing where they agree', async () => {
    expect(await checks({ ...project({ mcpName: 'io.github.acme/weather' }), 'server.json': serverJson() })).toEqual(
      [],
    );
  });

  it.each([
    [
      'another version',
      serverJson(npmPackages('weather-mcp', '1.0.0')),
      {},
      'manifest-version-differs low server.json:7',
    ],
    [
      'another major version',
      serverJson(npmPackages('weather-mcp', '0.9.0')),
      {},
      'manifest-version-differs medium server.json:7',
    ],
    [
      'a moving version',
      serverJson(npmPackages('weather-mcp', 'latest')),
      {},
      'manifest-version-moves medium server.json:10',
    ],
    ['a placeholder', serverJson({ version: '${VERSION}' }), {}, 'manifest-placeholder low server.json:5'],
    [
      'a foreign package',
      serverJson(npmPackages('other', '1.2.3')),
      {},
      'manifest-package-differs medium server.json:7',
    ],
    ['another name', serverJson(), { mcpName: 'io.github.acme/other' }, 'manifest-name-differs medium package.json:15'],
  ])('%s is a finding, and the server stays', async (_, declared, more, expected) => {
    const padding = { description: 'x', license: 'MIT', author: 'x', type: 'module', keywords: ['a', 'b'] };
    const files = { ...project({ ...padding, ...more }), 'server.json': declared };
    expect(await checks(files)).toEqual([expected]);
  });

  it('never starts a foreign package with its arguments', async () => {
    const foreign = {
      packages: [
        {
          registryType: 'npm',
          identifier: 'proxy',
          version: '1.0.0',
          packageArguments: [{ type: 'positional', value: 'https://x.example' }],
        },
      ],
    };
    const found = await discovered({ ...project(), 'server.json': serverJson(foreign) });
    expect(starts(found)).toEqual(['weather-mcp: node dist/index.js']);
    expect(found.servers[0]?.publishedAs.map(({ name }) => name)).toEqual(['weather-mcp']);
  });

  it('versions that a release rewrites say nothing', async () => {
    const files = { ...project({ version: '0.0.0-development' }), 'server.json': serverJson() };
    expect(await checks(files)).toEqual([]);
  });

  it('one server in three packages is one server', async () => {
    const found = await discovered({
      'go.mod': 'module github.com/acme/weather-mcp\n',
      'cmd/weather-mcp/main.go': goServer,
      'npm/package.json': npmPackage({ name: '@acme/weather-mcp', bin: { 'weather-mcp': 'bin/run.js' } }),
      'npm/bin/run.js': `require('child_process').spawn('weather-mcp')`,
      'python/pyproject.toml':
        '[project]\nname = "weather-mcp"\nversion = "1.0.0"\n[project.scripts]\nweather-mcp = "run:main"\n',
      'python/run.py': 'def main():\n    pass\n',
      'server.json': serverJson({ packages: [{ registryType: 'pypi', identifier: 'weather_mcp', version: '1.0.0' }] }),
    });
    expect(starts(found)).toEqual(['weather-mcp: go run ./cmd/weather-mcp']);
    expect(found.servers[0]).toMatchObject({
      registryName: 'io.github.acme/weather',
      publishedAs: [{ name: '@acme/weather-mcp' }, { name: 'weather-mcp' }],
    });
    expect(found.leftOut.map(({ path }) => path)).toEqual(['npm/package.json', 'python/pyproject.toml']);
  });
});
