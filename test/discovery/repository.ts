import { discover } from '../../src/discovery/discover.ts';
import type { Discovery, FoundServer, RepositoryFiles } from '../../src/discovery/model.ts';

export type Files = Readonly<Record<string, string | object>>;

/** A repository in memory; what is no text is written as JSON. */
export function repository(files: Files): RepositoryFiles {
  const texts = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    ]),
  );
  return { paths: [...texts.keys()].sort(), text: (path) => Promise.resolve(texts.get(path) ?? null) };
}

export function discovered(files: Files): Promise<Discovery> {
  return discover(repository(files));
}

/** `name: command` of each server. */
export function starts(found: Discovery): string[] {
  return found.servers.map(({ name, command }) => `${name}: ${command.join(' ')}`);
}

export async function onlyServer(files: Files): Promise<FoundServer> {
  const { servers } = await discovered(files);
  const [server] = servers;
  if (server === undefined || servers.length > 1) throw new Error(`found ${servers.length} servers`);
  return server;
}

/** Why something was left out, by its path. */
export function reasons(found: Discovery): Record<string, string> {
  return Object.fromEntries(found.leftOut.map(({ path, why }) => [path, why]));
}

export const typescriptServer = `#!/usr/bin/env node
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
const server = new McpServer({ name: 'weather', version: '1.0.0' });
await server.connect(new StdioServerTransport());
`;

export const typescriptClient = `#!/usr/bin/env node
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
const client = new Client({ name: 'cli', version: '1.0.0' });
`;

export const pythonServer = `from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")


def main():
    mcp.run(transport="stdio")


if __name__ == "__main__":
    main()
`;

export const goServer = `package main

import (
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	s := server.NewMCPServer("weather", "1.0.0")
	server.ServeStdio(s)
}
`;

export function npmPackage(more: object): object {
  return { name: 'weather-mcp', version: '1.2.3', bin: { 'weather-mcp': 'dist/index.js' }, ...more };
}

export function serverJson(more: object = {}): object {
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.github.acme/weather',
    description: 'Weather',
    version: '1.2.3',
    packages: [{ registryType: 'npm', identifier: 'weather-mcp', version: '1.2.3', transport: { type: 'stdio' } }],
    ...more,
  };
}
