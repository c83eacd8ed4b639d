import type { Transport } from '../declaration.ts';
import type { SourceFacts } from './evidence.ts';
import { matchesOf } from './evidence.ts';

/** Packages with which servers are written; those of the SDK that a client needs too are not among them. */
const serverPackage =
  /^(?:@modelcontextprotocol\/(?:sdk\/(?:dist\/(?:esm\/|cjs\/)?)?server(?:\/|$)|server(?:-legacy)?(?:\/|$)|(?:node|express|hono|fastify)(?:\/|$))|fastmcp$|mcp-framework$|xmcp(?:\/|$)|@smithery\/sdk|mcp-handler|@vercel\/mcp-adapter|agents\/mcp(?:\/|$)|@rekog\/mcp-nest|@nestjs-mcp\/|muppet$|tmcp$|mcp-use\/server|@mastra\/mcp$|litemcp$|easy-mcp|@hono\/mcp|mcp-lite|@modelfetch\/|@hatago\/)/;
const clientPackage =
  /^(?:@modelcontextprotocol\/(?:sdk\/(?:dist\/(?:esm\/|cjs\/)?)?client(?:\/|$)|client(?:\/|$))|mcp-use$|mcp-use\/client|@smithery\/sdk\/client)/;

const specifiers = /(?:\bfrom|\bimport|\brequire)\s{0,5}\(?\s{0,5}["'`]([^"'`\n]{1,300})["'`]/g;
const commentLines = /^[\t ]*(?:\/\/|\*|\/\*).*$/gm;
const classes = /\bnew\s+(?:\w+\.)?(?:McpServer|FastMCP|MCPServer|LiteMCP|McpAgent|MCPServerHTTP)\b(?!\.)/;
const anyClass = /\bnew\s+(?:\w+\.)?\w{0,40}(?:McpServer|FastMCP|MCPServer)\b(?!\.)/;
const plainServer = /\bnew\s+(?:\w+\.)?(?:Server|MCP)\s{0,5}(?:<[^()\n]{0,200}>)?\(/;
const subclass = /\bextends\s+(?:\w+\.)?(?:McpServer|McpAgent|Server)\b/;
const factories =
  /\b(?:createMcpHandler|createMcpRouteHandler|createMCPServer|createMcpServer|McpModule\.forRoot|experimental_withMcpAuth|createStatelessServer|createStatefulServer)\s{0,5}(?:<[^()\n]{0,200}>)?\(/;
const subcommand = /(?:\.command\(\s*|\bnew Command\(\s*)["'`]([a-z][\w-]{0,30})(?:["'`]|\s)/g;

/** Looks at a file of JavaScript or TypeScript. */
export function lookAtJavaScript(source: string): SourceFacts {
  const text = source.replaceAll(commentLines, '');
  const imports = matchesOf(text, specifiers);
  const usesServer = imports.some((name) => serverPackage.test(name));
  const makes = classes.test(text) || factories.test(text);
  return {
    serves: usesServer
      ? makes || anyClass.test(text) || plainServer.test(text) || subclass.test(text)
      : classes.test(text) && /mcp/i.test(imports.join(' ')),
    calls: imports.some((name) => clientPackage.test(name)),
    transports: transportsOf(text),
    imports,
    subcommands: matchesOf(text, subcommand),
  };
}

function transportsOf(text: string): Transport[] {
  const found: Transport[] = [];
  if (/\b(?:StdioServerTransport|serveStdio|StdioServer|startStdio)\b|transportType:\s*["']stdio["']/.test(text))
    found.push('stdio');
  if (
    /\b(?:StreamableHTTPServerTransport|NodeStreamableHTTPServerTransport|StreamableHTTPTransport|createMcpHandler|McpAgent|httpStream)\b/.test(
      text,
    )
  )
    found.push('streamable-http');
  if (/\bSSEServerTransport\b/.test(text)) found.push('sse');
  return found;
}
