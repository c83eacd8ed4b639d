import { describe, expect, it } from 'vitest';
import { discovered, onlyServer, pythonServer, reasons, starts } from './repository.ts';

const pyproject = (script: string, name = 'weather-mcp') => `[project]
name = "${name}"
version = "0.3.0"
dependencies = ["mcp>=1.2"]

[project.scripts]
${script}
`;

describe('projects of Python', () => {
  it.each([
    ['src layout', 'src/weather/__init__.py'],
    ['flat layout', 'weather/__init__.py'],
  ])('starts a console script (%s)', async (_, init) => {
    const server = await onlyServer({
      'pyproject.toml': pyproject('weather-mcp = "weather:main"'),
      [init]: 'from . import server\n\ndef main():\n    server.main()\n',
      [init.replace('__init__', 'server')]: pythonServer,
    });
    expect(server).toMatchObject({
      name: 'weather-mcp',
      language: 'python',
      command: ['uv', 'run', 'weather-mcp'],
      start: { kind: 'python', run: { script: 'weather-mcp' } },
      publishedAs: [{ registry: 'pypi', name: 'weather-mcp', version: '0.3.0' }],
      needsBuild: false,
      transports: ['stdio'],
    });
    expect(server.declaredIn).toEqual([
      { format: 'pyproject.toml', file: 'pyproject.toml', line: 7, column: 1, field: 'project.scripts.weather-mcp' },
    ]);
  });

  it('knows Poetry, folders of packages that it is told, and namespaces shared by projects', async () => {
    const found = await discovered({
      'a/pyproject.toml': '[tool.poetry]\nname = "acme.a"\n[tool.poetry.scripts]\n"acme.a" = "acme.a.server:main"\n',
      'a/acme/a/server.py': pythonServer,
      'b/pyproject.toml':
        '[project]\nname = "acme.b"\n[project.scripts]\n"acme.b" = "acme.b.server:main"\n[tool.setuptools.packages.find]\nwhere = ["python"]\n',
      'b/python/acme/b/server.py': pythonServer,
    });
    expect(starts(found)).toEqual(['acme.a: uv run acme.a', 'acme.b: uv run acme.b']);
  });

  it('chooses among several scripts, and tells several servers apart', async () => {
    const found = await discovered({
      'pyproject.toml': pyproject('one-mcp = "one:main"\none-mcp-http = "one:http"\ntwo-mcp = "two:main"'),
      'one.py': pythonServer,
      'two.py': pythonServer,
    });
    expect(starts(found)).toEqual(['one-mcp: uv run one-mcp', 'two-mcp: uv run two-mcp']);
  });

  it('reports a script whose module does not exist, and starts what there is', async () => {
    const found = await discovered({
      'pyproject.toml': pyproject('weather-mcp = "gone.server:main"'),
      'weather/__main__.py': 'from weather.server import main\nmain()\n',
      'weather/server.py': pythonServer,
    });
    expect(starts(found)).toEqual(['weather-mcp: python -m weather']);
    expect(found.findings).toMatchObject([
      { check: 'manifest-script-missing', server: 'weather-mcp', place: { file: 'pyproject.toml', line: 7 } },
    ]);
  });

  it('starts a file where no script is declared, with uv or without', async () => {
    const project = { 'pyproject.toml': '[project]\nname = "weather"\n', 'server.py': pythonServer };
    expect(starts(await discovered(project))).toEqual(['weather: uv run server.py']);
    const loose = { 'weather/requirements.txt': 'mcp\n', 'weather/server.py': pythonServer };
    expect(starts(await discovered(loose))).toEqual(['weather: python server.py']);
  });

  it.each([
    [
      'a client',
      'from mcp import ClientSession, StdioServerParameters\nfrom mcp.client.stdio import stdio_client\n',
      'client',
    ],
    ['a tool', 'def main():\n    """mcp = FastMCP("x")"""\n    # FastMCP("y")\n', 'starts no MCP server'],
  ])('leaves %s out', async (_, text, why) => {
    const found = await discovered({ 'pyproject.toml': pyproject('weather = "weather:main"'), 'weather.py': text });
    expect(found.servers).toEqual([]);
    expect(reasons(found)['pyproject.toml']).toContain(why);
  });

  it('leaves settings of tools and a broken file out, with the reason', async () => {
    const found = await discovered({
      'pyproject.toml': '[tool.black]\nline-length = 88\n',
      'b/pyproject.toml': 'a = = b',
    });
    expect(reasons(found)).toEqual({
      'pyproject.toml': 'It holds settings of tools, and no project.',
      'b/pyproject.toml': 'It is not valid TOML.',
    });
  });
});
