/** Packages that servers and clients are written with: what is named so is not itself a server. */
const frameworks: Readonly<Record<'npm' | 'pypi' | 'cargo' | 'go', RegExp>> = {
  npm: /^(?:@modelcontextprotocol\/(?:sdk|server|server-legacy|client|core|core-internal|node|express|hono|fastify)|fastmcp|mcp-framework|xmcp|create-xmcp-app|@smithery\/sdk|mcp-handler|@vercel\/mcp-adapter|agents|@rekog\/mcp-nest|muppet|tmcp|litemcp|easy-mcp|mcp-lite)$/,
  pypi: /^(?:mcp|fastmcp|fastmcp-slim|fastapi-mcp|arcade-mcp|enrichmcp|golf-mcp)$/,
  cargo: /^(?:rmcp|rmcp-macros|rust-mcp-sdk|rust-mcp-schema|mcp-sdk|pmcp|turbomcp|mcpr)$/,
  go: /^github\.com\/(?:modelcontextprotocol\/go-sdk|mark3labs\/mcp-go|metoro-io\/mcp-golang)(?:\/|$)/,
};

export function isFramework(ecosystem: 'npm' | 'pypi' | 'cargo' | 'go', name: string | null): boolean {
  return (
    name !== null && frameworks[ecosystem].test(ecosystem === 'pypi' ? name.toLowerCase().replaceAll('_', '-') : name)
  );
}
