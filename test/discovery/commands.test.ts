import { describe, expect, it } from 'vitest';
import { startedBy } from '../../src/discovery/commands.ts';

describe('what a command line starts', () => {
  it.each([
    ['npx -y @acme/weather@1.0.0 stdio', { kind: 'npm', name: '@acme/weather', version: '1.0.0', rest: ['stdio'] }],
    ['npx --package=@acme/weather weather-mcp x', { kind: 'npm', name: '@acme/weather', rest: ['x'] }],
    ['cmd /c npx -y weather', { kind: 'npm', name: 'weather', version: null }],
    [
      'uvx --python 3.12 weather-mcp@latest --city ${CITY}',
      { kind: 'pypi', name: 'weather-mcp', version: 'latest', rest: [] },
    ],
    ['uvx --from weather[all]==1.2 weather-mcp', { kind: 'pypi', name: 'weather', version: '1.2', rest: [] }],
    ['pipx run weather', { kind: 'pypi', name: 'weather' }],
    ['uv --directory sub run weather-mcp', { kind: 'script', name: 'weather-mcp', folder: 'sub' }],
    ['uv run --with x --directory sub server.py', { kind: 'file', path: 'sub/server.py' }],
    ['uv run python -m weather.server', { kind: 'module', name: 'weather.server' }],
    ['uv run fastmcp run app.py:mcp', { kind: 'file', path: 'app.py' }],
    ['python3.11 server.py --stdio', { kind: 'file', path: 'server.py', rest: ['--stdio'] }],
    ['node --no-warnings dist/index.js', { kind: 'file', path: 'dist/index.js' }],
    [
      'docker run -i --rm -e KEY -v /a:/b ghcr.io/acme/weather:1 stdio',
      { kind: 'image', name: 'ghcr.io/acme/weather:1', rest: ['stdio'] },
    ],
    ['go run ./cmd/weather stdio', { kind: 'go', target: './cmd/weather', rest: ['stdio'] }],
    ['cargo run --bin weather -- serve', { kind: 'cargo', target: 'weather', rest: ['serve'] }],
    ['dotnet run --project src/App -- stdio', { kind: 'dotnet', target: 'src/App', rest: ['stdio'] }],
    ['dnx Acme.Weather@1.0.0 --yes', { kind: 'nuget', name: 'Acme.Weather', version: '1.0.0' }],
    ['env A=1 weather-mcp', { kind: 'program', name: 'weather-mcp' }],
    ['./bin/weather', { kind: 'file', path: './bin/weather' }],
  ])('%s', (line, expected) => {
    expect(startedBy(line.split(' '))).toMatchObject(expected);
  });

  it.each(['', 'npx', 'uv', 'uv run', 'docker ps', 'npx -y', 'go run'])('nothing is told by %j', (line) => {
    expect(startedBy(line.split(' '))).toBeNull();
  });
});
