import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRegistryEntry } from '../../src/install/mcp-registry.ts';
import { PackageNotFound } from '../../src/install/registry.ts';
import { RegistryFault } from '../../src/install/upstream.ts';

const weather = { name: 'io.example/weather', version: '1.2.0', description: 'Weather.' };
const { signal } = new AbortController();

describe('the MCP registry, on the wire', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = (name: string, version = 'latest', env: Record<string, string> = {}) =>
    readRegistryEntry(name, version, { env: { MCP_REGISTRY_URL: url, ...env }, signal });

  it('is asked for one version of one server, and its wrapping is taken off', async () => {
    answer = (_, response) => response.end(JSON.stringify({ server: weather, _meta: { status: 'active' } }));
    expect(JSON.parse(await read('io.example/weather', '1.2.0'))).toEqual(weather);
    expect(asked).toEqual(['GET /v0.1/servers/io.example%2Fweather/versions/1.2.0']);
  });

  it('may lie below a path', async () => {
    answer = (_, response) => response.end(JSON.stringify({ server: weather }));
    await read('io.example/weather', 'latest', { MCP_REGISTRY_URL: `${url}/mirror` });
    expect(asked).toEqual(['GET /mirror/v0.1/servers/io.example%2Fweather/versions/latest']);
  });

  it('does not know a server: a verdict, asked once', async () => {
    answer = (_, response) => response.writeHead(404).end('{}');
    await expect(read('io.example/nothing')).rejects.toThrow(PackageNotFound);
    await expect(read('io.example/nothing', '9.9.9')).rejects.toThrow(/io\.example\/nothing 9\.9\.9 does not exist/u);
    expect(asked).toHaveLength(2);
  });

  it('fails for a moment: asked again', async () => {
    answer = (_, response) => {
      if (asked.length === 1) response.writeHead(503).end();
      else response.end(JSON.stringify({ server: weather }));
    };
    expect(JSON.parse(await read('io.example/weather'))).toEqual(weather);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    ['stays broken', (response) => response.writeHead(500).end(), /answered HTTP 500 for io\.example\/weather/u],
    ['answers with something else', (response) => response.end('<html>'), /for io\.example\/weather is no server/u],
    ['answers with a list', (response) => response.end('{"servers":[]}'), /is no server/u],
    ['answers without end', (response) => response.end('x'.repeat(2 * 1024 ** 2)), /larger than 1 MiB/u],
    ['hangs up', (response) => response.destroy(), /could not be reached/u],
    // Somebody else's words must not lead to the machine's own network.
    ['leads elsewhere', (response) => response.writeHead(302, { location: '/x' }).end(), /could not be reached/u],
  ])('%s: infrastructure, and no verdict', async (_what, how, words) => {
    answer = (_, response) => void how(response);
    const failure = await read('io.example/weather').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RegistryFault);
    expect(String(failure)).toMatch(words);
  });

  it('is none: said without asking', async () => {
    await expect(read('io.example/weather', 'latest', { MCP_REGISTRY_URL: 'nowhere' })).rejects.toThrow(
      'MCP_REGISTRY_URL is not a URL',
    );
    expect(asked).toEqual([]);
  });
});
