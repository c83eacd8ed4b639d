import type { Transport } from '../declaration.ts';
import type { SourceFacts } from './evidence.ts';
import { matchesOf } from './evidence.ts';

const sdk = /\b(?:rmcp|rust_mcp_sdk|mcp_server|mcp_core|mcp_sdk|mcpr|pmcp|turbomcp|mcp_attr|async_mcp)\b/;
const makes =
  /\bimpl(?:<[^>\n]{0,100}>)?\s+(?:\w+::)*(?:ServerHandler(?:Core)?|McpServer|Router)\s+for\b|#\[(?:\w+::)*(?:tool_router|tool_handler|mcp_server|turbomcp::server)\b|#\[tool\((?:tool_box|router)|\b(?:server_runtime(?:_core)?|hyper_server)::create_server\b|\bServer::builder\(\)/;
const client = /\b(?:impl\s+(?:\w+::)*ClientHandler\s+for|client_runtime::|TokioChildProcess|ClientInfo\s*\{)/;

/** Looks at a file of Rust. */
export function lookAtRust(source: string): SourceFacts {
  const text = source.replaceAll(/^[\t ]*\/\/.*$/gm, '');
  return {
    serves: (sdk.test(text) || /#\[tool/.test(text)) && makes.test(text),
    calls: client.test(text),
    transports: transportsOf(text),
    imports: [
      ...matchesOf(text, /^\s*(?:pub(?:\([\w:]+\))?\s+)?mod\s+(\w+);/gm).map((name) => `mod:${name}`),
      ...matchesOf(text, /\b([a-z]\w*)::/g).map((name) => `use:${name}`),
    ],
    subcommands: [],
  };
}

function transportsOf(text: string): Transport[] {
  const found: Transport[] = [];
  if (/\bstdio\(\)|\bStdioTransport\b|transport::(?:io::)?stdio/.test(text)) found.push('stdio');
  if (/\bStreamableHttpS(?:ervice|erver)\b|hyper_server/.test(text)) found.push('streamable-http');
  if (/\bSseServer\b/.test(text)) found.push('sse');
  return found;
}
