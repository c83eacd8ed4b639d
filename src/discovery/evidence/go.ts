import type { Transport } from '../declaration.ts';
import type { SourceFacts } from './evidence.ts';
import { matchesOf } from './evidence.ts';

const sdkImport =
  /"(?:github\.com\/(?:modelcontextprotocol\/go-sdk|mark3labs\/mcp-go|metoro-io\/mcp-golang|ThinkInAIXYZ\/go-mcp|viant\/mcp|localrivet\/gomcp|strowk\/foxy-contexts)[\w./-]*|[\w./-]*\/mcp-go\/[\w./-]+)"/;
const makes = /\b(?:\w+\.)?(?:NewMCPServer|NewServer|NewStreamableHTTPHandler|NewDefaultServer)\(/;
const client =
  /\b(?:client\.New\w*(?:MCP)?Client|mcp\.NewClient|NewStdioMCPClient|NewSSEMCPClient|NewStreamableHttpClient)\(/;

/** Looks at a file of Go. */
export function lookAtGo(source: string): SourceFacts {
  const text = source.replaceAll(/^[\t ]*\/\/.*$/gm, '');
  const sdk = sdkImport.test(text);
  return {
    serves: sdk && makes.test(text),
    calls: sdk && client.test(text),
    transports: transportsOf(text),
    imports: matchesOf(text, /^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.-]+\/[\w./-]+)"$/gm),
    subcommands: matchesOf(text, /\bUse:\s*"([a-z][\w-]{0,30})|^\s*Name:\s*"([a-z][\w-]{0,30})",?$/gm),
  };
}

function transportsOf(text: string): Transport[] {
  const found: Transport[] = [];
  if (/\b(?:ServeStdio|NewStdioServer|StdioTransport|NewStdioTransport|NewStdioServerTransport)\b/.test(text))
    found.push('stdio');
  if (/\bNewStreamableHTTP(?:Server|Handler)\b/.test(text)) found.push('streamable-http');
  if (/\bNewSSE(?:Server|Handler)\b/.test(text)) found.push('sse');
  return found;
}
