import { describe, expect, it } from 'vitest';
import {
  discovered,
  goServer,
  npmPackage,
  onlyServer,
  pythonServer,
  reasons,
  serverJson,
  starts,
  typescriptServer,
} from './repository.ts';

const project = { 'package.json': npmPackage({}), 'src/index.ts': typescriptServer };

describe('server.json', () => {
  it('adds names, variables, arguments and remotes to the project that it is about', async () => {
    const server = await onlyServer({
      ...project,
      'server.json': serverJson({
        remotes: [{ type: 'streamable-http', url: 'https://mcp.example.com/mcp' }],
        packages: [
          { registryType: 'oci', identifier: 'docker.io/acme/weather:1.2.3', transport: { type: 'stdio' } },
          {
            registryType: 'npm',
            identifier: 'weather-mcp',
            version: '1.2.3',
            transport: { type: 'stdio' },
            packageArguments: [
              { type: 'positional', value: 'serve' },
              { type: 'named', name: '--units', value: '{units}', isRequired: true },
              { type: 'positional', valueHint: 'city', isRequired: false },
            ],
            environmentVariables: [
              { name: 'WEATHER_KEY', isRequired: true, isSecret: true, description: 'The key', default: 'none' },
              { name: 'LOG_LEVEL', default: 'info' },
            ],
          },
        ],
      }),
    });
    expect(server).toMatchObject({
      command: ['node', 'dist/index.js', 'serve'],
      registryName: 'io.github.acme/weather',
      remotes: ['https://mcp.example.com/mcp'],
      transports: ['stdio', 'streamable-http'],
      publishedAs: [
        { registry: 'npm', name: 'weather-mcp', version: '1.2.3' },
        { registry: 'oci', name: 'docker.io/acme/weather', version: '1.2.3' },
      ],
      env: [
        { name: 'WEATHER_KEY', required: true, secret: true, description: 'The key', value: null },
        { name: 'LOG_LEVEL', required: false, secret: false, value: 'info' },
      ],
      wants: [
        { flag: '--units', hint: 'units', required: true },
        { flag: null, hint: 'city', required: false },
      ],
    });
    expect(server.declaredIn[0]).toMatchObject({ format: 'server.json', field: 'packages[0]', line: 7 });
  });

  it('reads the snake_case of old schemas', async () => {
    const old = {
      name: 'io.github.acme/weather',
      version_detail: { version: '1.2.3' },
      packages: [
        {
          registry_name: 'npm',
          name: 'weather-mcp',
          version: '1.2.3',
          package_arguments: [{ type: 'named', name: '--mode', value: 'stdio' }],
          environment_variables: [{ name: 'CITY', is_required: true, is_secret: false }],
        },
      ],
    };
    expect(await onlyServer({ ...project, 'server.json': old })).toMatchObject({
      registryName: 'io.github.acme/weather',
      command: ['node', 'dist/index.js', '--mode', 'stdio'],
      env: [{ name: 'CITY', required: true, secret: false }],
    });
  });

  it('takes variables from what is handed to a container, but no arguments', async () => {
    const handed = {
      registryType: 'oci',
      identifier: 'ghcr.io/acme/weather:${VERSION}',
      runtimeArguments: [
        {
          type: 'named',
          name: '-e',
          value: 'WEATHER_KEY={key}',
          variables: { key: { isSecret: true, isRequired: true } },
        },
      ],
      packageArguments: [{ type: 'positional', value: 'inside' }],
    };
    const server = await onlyServer({
      'go.mod': 'module example.com/weather\n',
      'main.go': goServer,
      'server.json': serverJson({ packages: [handed], version: '${VERSION}' }),
    });
    expect(server).toMatchObject({
      command: ['go', 'run', '.'],
      env: [{ name: 'WEATHER_KEY', required: true, secret: true, value: null }],
      publishedAs: [{ registry: 'oci', name: 'ghcr.io/acme/weather', version: null }],
    });
  });

  it('stands for a server itself where the repository has none, packaged or remote', async () => {
    const remote = serverJson({ packages: [], remotes: [{ type: 'sse', url: 'https://mcp.example.com/sse' }] });
    const found = await discovered({
      'a/server.json': serverJson({ name: 'io.github.acme/a' }),
      'b/server.json': remote,
    });
    expect(found.servers).toMatchObject([
      {
        name: 'a',
        start: { kind: 'package', package: { name: 'weather-mcp' } },
        command: ['npx', '-y', 'weather-mcp@1.2.3'],
      },
      {
        name: 'weather',
        start: { kind: 'remote', url: 'https://mcp.example.com/sse' },
        command: [],
        transports: ['sse'],
      },
    ]);
  });

  it.each([
    ['telemetry', { resourceSpans: [], name: 'server', packages: [1] }],
    ['a list', []],
    ['no JSON', '{ "name": '],
  ])('leaves %s of that name out', async (_, content) => {
    const found = await discovered({ 'data/server.json': content });
    expect(found.servers).toEqual([]);
    expect(Object.keys(reasons(found))).toEqual(['data/server.json']);
  });
});

describe('bundles', () => {
  const manifest = (server: object, more: object = {}) => ({
    manifest_version: '0.3',
    name: 'weather',
    version: '1.2.3',
    server,
    ...more,
  });

  it('belongs to the project that it packs, and says what a user is asked for', async () => {
    const mcp_config = {
      command: 'node',
      args: ['${__dirname}/dist/index.js', '--tools=all', '--dir', '${user_config.dir}'],
      env: { WEATHER_KEY: '${user_config.key}', PYTHONPATH: '${__dirname}/lib', MODE: 'fast' },
    };
    const user_config = {
      dir: { type: 'directory', required: true },
      key: { type: 'string', sensitive: true, required: true },
    };
    const server = await onlyServer({
      ...project,
      'mcpb/manifest.json': manifest({ type: 'node', entry_point: 'dist/index.js', mcp_config }, { user_config }),
    });
    expect(server).toMatchObject({
      command: ['node', 'dist/index.js', '--tools=all'],
      wants: [{ flag: '--dir', hint: 'dir', required: true, secret: false }],
      env: [
        { name: 'WEATHER_KEY', required: true, secret: true, value: null },
        { name: 'MODE', required: false, secret: false, value: 'fast' },
      ],
    });
  });

  it.each([
    ['node', 'server/index.js', ['node', 'server/index.js']],
    ['python', 'server/main.py', ['python', 'server/main.py']],
    ['uv', 'server/main.py', ['uv', 'run', 'server/main.py']],
    ['binary', 'server/weather', ['./server/weather']],
  ])('makes a server of its own of a %s program', async (type, entry_point, command) => {
    const old = { dxt_version: '0.1', name: 'weather', server: { type, entry_point } };
    expect((await onlyServer({ 'manifest.json': old, [entry_point]: 'x' })).command).toEqual(command);
  });

  it('is left out where its program is not here; extensions of browsers are nothing', async () => {
    const found = await discovered({
      'a/manifest.json': manifest({ type: 'node', entry_point: 'gone.js' }),
      'b/manifest.json': { manifest_version: 3, name: 'Extension', background: {} },
    });
    expect(found.servers).toEqual([]);
    expect(reasons(found)).toEqual({ 'a/manifest.json': 'It packs a program that is not in this repository.' });
  });
});

describe('fastmcp.json', () => {
  it('runs a file with FastMCP, and belongs to the project that starts the file', async () => {
    const config = {
      $schema: 'https://gofastmcp.com/public/schemas/fastmcp.json/v1.json',
      source: { path: 'server.py', entrypoint: 'mcp' },
      deployment: { transport: 'http', env: { CITY: 'Bern', WEATHER_TOKEN: '${TOKEN}' } },
    };
    expect(await onlyServer({ 'climate/fastmcp.json': config, 'climate/server.py': pythonServer })).toMatchObject({
      name: 'climate',
      command: ['fastmcp', 'run', 'fastmcp.json'],
      start: { kind: 'python', run: { fastmcp: 'server.py:mcp' } },
      transports: ['streamable-http'],
      env: [
        { name: 'CITY', required: false, value: 'Bern' },
        { name: 'WEATHER_TOKEN', required: true, secret: true, value: null },
      ],
    });
    const both = await discovered({
      'pyproject.toml': '[project]\nname = "weather"\n',
      'fastmcp.json': config,
      'server.py': pythonServer,
    });
    expect(starts(both)).toEqual(['weather: uv run server.py']);
  });

  it('is left out without its source', async () => {
    const found = await discovered({ 'fastmcp.json': { source: { path: 'gone.py' } }, 'b/fastmcp.json': {} });
    expect(found.servers).toEqual([]);
    expect(Object.keys(reasons(found))).toEqual(['b/fastmcp.json', 'fastmcp.json']);
  });
});

describe('smithery.yaml', () => {
  it('names variables by its JavaScript without evaluating it', async () => {
    const server = await onlyServer({
      ...project,
      'smithery.yaml': `startCommand:
  type: stdio
  configSchema:
    type: object
    required: [apiKey]
    properties:
      apiKey: { type: string, description: The key }
      units: { type: string, default: metric }
  commandFunction: |-
    (config) => { throw new Error('evaluated'); return { command: 'node', args: ['dist/index.js'], env: { WEATHER_KEY: config.apiKey, UNITS: config.units } }; }
`,
    });
    expect(server.env).toEqual([
      { name: 'WEATHER_KEY', required: true, secret: true, description: 'The key', value: null },
      { name: 'UNITS', required: false, secret: false, description: null, value: 'metric' },
    ]);
    expect(server.declaredIn.map(({ format }) => format)).toEqual(['package.json', 'smithery.yaml']);
  });

  it.each([
    'runtime: typescript\n',
    'runtime: container\nbuild:\n  dockerfile: Dockerfile\n',
    'name: x\ntarget: local\n',
  ])('makes no server by itself (%j)', async (text) => {
    expect((await discovered({ 'smithery.yaml': text })).servers).toEqual([]);
    const server = await onlyServer({ ...project, 'smithery.yaml': text });
    expect(server.transports).toEqual(['stdio']);
  });
});

describe('catalogues of images', () => {
  it('lists an image or a remote server', async () => {
    const found = await discovered({
      'servers/weather/server.yaml': `name: weather
image: mcp/weather
type: server
about: { title: Weather }
source: { project: https://github.com/acme/weather }
run: { command: [--transport=stdio, '{{weather.city}}'] }
config:
  secrets: [{ name: weather.key, env: WEATHER_KEY, example: <KEY> }]
  env: [{ name: CITY, value: '{{weather.city}}' }]
`,
      'servers/far/server.yaml':
        'name: far\ntype: remote\nremote: { transport_type: sse, url: https://far.example/sse }\n',
      'servers/many/server.yaml': 'name: many\ntype: poci\n',
      'k8s/server.yaml': 'apiVersion: v1\nkind: Service\n',
    });
    expect(found.servers).toMatchObject([
      { name: 'far', start: { kind: 'remote', url: 'https://far.example/sse' }, transports: ['sse'] },
      {
        name: 'weather',
        start: { kind: 'package', package: { registry: 'oci', name: 'mcp/weather' }, args: ['--transport=stdio'] },
        env: [
          { name: 'WEATHER_KEY', required: true, secret: true },
          { name: 'CITY', secret: false, value: null },
        ],
      },
    ]);
    expect(Object.keys(reasons(found))).toEqual(['servers/many/server.yaml']);
  });

  it('belongs to the server that it lies beside', async () => {
    const server = await onlyServer({ ...project, 'server.yaml': 'name: w\nimage: mcp/w\ntype: server\nabout: {}\n' });
    expect(server.publishedAs).toContainEqual({ registry: 'oci', name: 'mcp/w', version: null });
    expect(server.name).toBe('weather-mcp');
  });
});

describe('Dockerfiles', () => {
  it('makes a server only by the label for the registry', async () => {
    const labelled =
      'FROM eclipse-temurin\nLABEL io.modelcontextprotocol.server.name="io.github.acme/java"\nENTRYPOINT ["java"]\n';
    expect(await onlyServer({ 'server/Dockerfile': labelled })).toMatchObject({
      registryName: 'io.github.acme/java',
      start: { kind: 'dockerfile', file: 'Dockerfile' },
    });
    expect((await discovered({ Dockerfile: 'FROM node\nCMD ["node", "x.js"]\n' })).servers).toEqual([]);
  });

  it('finds its server among several by what it starts', async () => {
    const found = await discovered({
      'a/package.json': npmPackage({ name: 'a-mcp', bin: 'a.js' }),
      'a/a.js': typescriptServer,
      'b/package.json': npmPackage({ name: 'b-mcp', bin: 'b.js' }),
      'b/b.js': typescriptServer,
      Dockerfile: 'FROM node\n# comment\nRUN npm \\\n  ci\nENTRYPOINT ["b-mcp"]\n',
    });
    expect(found.servers.map(({ declaredIn }) => declaredIn.map(({ file, line }) => `${file}:${line}`))).toEqual([
      ['a/package.json:4'],
      ['b/package.json:4', 'Dockerfile:5'],
    ]);
  });
});
