import { describe, expect, it } from 'vitest';
import { discovered, npmPackage, pythonServer, reasons, starts, typescriptServer } from './repository.ts';

const npm = { 'package.json': npmPackage({}), 'src/index.ts': typescriptServer };
const python = {
  'pyproject.toml': '[project]\nname = "weather-mcp"\n[project.scripts]\nweather-mcp = "weather:main"\n',
  'weather.py': pythonServer,
};

describe('configurations of clients', () => {
  it.each([
    ['.mcp.json', { mcpServers: { w: { command: 'npx', args: ['-y', 'weather-mcp@1.2.3'] } } }, npm],
    ['mcp.json', { mcpServers: { w: { command: 'cmd', args: ['/c', 'npx', 'weather-mcp'] } } }, npm],
    [
      '.vscode/mcp.json',
      '{\n  // ours\n  "servers": { "w": { "type": "stdio", "command": "node", "args": ["${workspaceFolder}/dist/index.js",] } },\n}',
      npm,
    ],
    ['.cursor/mcp.json', { mcpServers: { w: { command: 'node', args: ['dist/index.js'] } } }, npm],
    ['.zed/settings.json', { context_servers: { w: { command: { path: 'bunx', args: ['weather-mcp'] } } } }, npm],
    ['opencode.json', { mcp: { w: { type: 'local', command: ['pnpm', 'dlx', 'weather-mcp'] } } }, npm],
    [
      '.claude-plugin/plugin.json',
      { name: 'w', mcpServers: { w: { command: 'node', args: ['${CLAUDE_PLUGIN_ROOT}/dist/index.js'] } } },
      npm,
    ],
    [
      'gemini-extension.json',
      {
        name: 'w',
        version: '1.0.0',
        mcpServers: { w: { command: 'node', args: ['${extensionPath}${/}dist${/}index.js'], cwd: '${extensionPath}' } },
      },
      npm,
    ],
    ['.codex-mcp.json', { w: { command: 'uvx', args: ['weather-mcp'] } }, python],
    [
      '.codex/config.toml',
      '[mcp_servers.w]\ncommand = "uv"\nargs = ["--directory", ".", "run", "weather-mcp"]\n',
      python,
    ],
    ['claude_desktop_config.json', { mcpServers: { w: { command: 'uv', args: ['run', 'weather.py'] } } }, python],
    [
      'plugins/x/mcp.json',
      { mcpServers: { w: { command: 'uvx', args: ['--from', 'weather_mcp', 'weather-mcp'] } } },
      python,
    ],
  ])('%s that starts this very server belongs to it', async (path, content, own) => {
    const found = await discovered({ ...own, [path]: content });
    expect(found.servers).toHaveLength(1);
    expect(found.servers[0]?.declaredIn.map(({ file }) => file)).toContain(path);
    expect(found.leftOut).toEqual([]);
  });

  it('never makes a server, and the report says what it points at', async () => {
    const found = await discovered({
      '.mcp.json': {
        mcpServers: {
          docs: { type: 'http', url: 'https://docs.example.com/mcp?key=1' },
          files: { command: 'npx', args: ['-y', '@acme/files', '/data'] },
        },
      },
    });
    expect(found.servers).toEqual([]);
    expect(reasons(found)).toEqual({
      '.mcp.json':
        "A client's configuration that points at nothing that is a server of this repository: `docs` at `https://docs.example.com/mcp`, `files` at `@acme/files`.",
    });
  });

  it('knows an own remote server by the registry declaration', async () => {
    const url = 'https://mcp.example.com/mcp';
    const found = await discovered({
      'server.json': { name: 'io.github.acme/w', version: '1.0.0', remotes: [{ type: 'streamable-http', url }] },
      'gemini-extension.json': { name: 'w', mcpServers: { w: { httpUrl: `${url}/` } } },
    });
    expect(found.servers).toHaveLength(1);
    expect(found.leftOut).toEqual([]);
  });

  it('makes a server of a file of this repository that serves', async () => {
    const found = await discovered({
      'plugin/.mcp.json': {
        mcpServers: { w: { command: 'node', args: ['${CLAUDE_PLUGIN_ROOT}/servers/weather.mjs', 'stdio'] } },
      },
      'plugin/servers/weather.mjs': typescriptServer,
      'other/.mcp.json': { mcpServers: { w: { command: 'node', args: ['./lint.mjs'] } } },
      'other/lint.mjs': 'lint()',
    });
    expect(found.servers).toMatchObject([
      { name: 'w', folder: 'plugin/servers', command: ['node', 'weather.mjs', 'stdio'], transports: ['stdio'] },
    ]);
    expect(reasons(found)['other/.mcp.json']).toContain('the file `./lint.mjs`');
  });

  it('takes a subcommand from a configuration of this server, and nobody’s taste', async () => {
    const entry = {
      command: 'npx',
      args: ['weather-mcp', 'serve', '--verbose'],
      env: { CITY: 'Bern', API_KEY: '${KEY}' },
    };
    const found = await discovered({ ...npm, '.mcp.json': { mcpServers: { w: entry } } });
    expect(starts(found)).toEqual(['weather-mcp: node dist/index.js serve']);
    expect(found.servers[0]?.env).toMatchObject([
      { name: 'CITY', value: 'Bern', secret: false },
      { name: 'API_KEY', value: null, secret: true },
    ]);
  });
});

describe('secrets that stand in a configuration', () => {
  const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
  const key = 'q7Zk2Vx9Lm4Tn8Rb3Wd6';

  it('are findings at their line, and their values appear nowhere', async () => {
    const found = await discovered({
      ...npm,
      '.mcp.json': {
        mcpServers: {
          w: {
            command: 'npx',
            args: ['weather-mcp', '--api-key', key, `--token=${token}`],
            env: { GITHUB_TOKEN: token, API_KEY: key },
          },
          far: { url: 'https://far.example/mcp', headers: { Authorization: `Bearer ${token}` } },
        },
      },
    });
    expect(found.findings.map(({ check, place }) => `${check}:${place.line}`)).toEqual([
      'manifest-literal-secret:5',
      'manifest-literal-secret:5',
      'manifest-literal-secret:12',
      'manifest-literal-secret:13',
      'manifest-literal-secret:19',
    ]);
    expect(found.findings[0]).toMatchObject({ severity: 'medium', server: 'weather-mcp' });
    const everything = JSON.stringify(found);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(key);
  });

  it.each([
    ['API_KEY', '${API_KEY}'],
    ['API_KEY', 'your-api-key-here-1234567'],
    ['API_KEY', '<insert-your-token-0000>'],
    ['GITHUB_TOKEN', 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
    ['TOKEN_LIMIT', '123456789012345678901'],
    ['SECRET', 'changeme'],
    ['BASE', 'q7Zk2Vx9Lm4Tn8Rb3Wd6'],
  ])('%s=%s is none', async (name, value) => {
    const config = { mcpServers: { w: { command: 'npx', args: ['x'], env: { [name]: value } } } };
    expect((await discovered({ '.mcp.json': config })).findings).toEqual([]);
  });
});
