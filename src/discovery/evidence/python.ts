import type { Transport } from '../declaration.ts';
import type { SourceFacts } from './evidence.ts';
import { matchesOf } from './evidence.ts';

const docstrings = /"""[^]*?"""|'''[^]*?'''/g;
const comments = /^[\t ]*#.*$/gm;
const fromImports = /^[\t ]*from[\t ]+(\.*[\w.]*)[\t ]+import[\t ]+(?:\(([^)]{0,2000})\)|([^\n#]{1,500}))/gm;
const plainImports = /^[\t ]*import[\t ]+([\w.]+(?:[\t ]+as[\t ]+\w+)?(?:,[\t ]*[\w.]+)*)/gm;

const sdk =
  /^[\t ]*(?:from[\t ]+mcp(?:\.server[\w.]*)?[\t ]+import\b[^\n]*\b(?:server|Server|FastMCP|MCPServer)\b|from[\t ]+mcp\.server|import[\t ]+mcp\.server)/m;
const fastmcp =
  /^[\t ]*(?:from[\t ]+(?:fastmcp|mcp|mcp_use\.server|arcade_mcp_server|enrichmcp|golf|fastapi_mcp|mcp_agent\.server)\b|import[\t ]+(?:fastmcp|mcp)\b)/m;
const classes =
  /\b(?:FastMCP|MCPServer|EnrichMCP|FastApiMCP)(?:\[[^\]\n]{0,200}\])?\(|\bFastMCP\.(?:from_openapi|from_fastapi)\(/;
const subclass = /\bclass\s+\w+\([^)\n]{0,200}\b(?:FastMCP|MCPServer)\b/;
const lowLevel = /\b(?:Server|LowLevelServer)(?:\[[^\]\n]{0,200}\])?\(/;
const client =
  /^[\t ]*(?:from[\t ]+(?:mcp\.client|fastmcp\.client|mcp_use\b(?!\.server)|mcp_agent|langchain_mcp_adapters)|from[\t ]+(?:mcp|fastmcp)[\t ]+import\b[^\n]*\bClient)|\b(?:ClientSession|stdio_client|streamablehttp_client|sse_client)\(/m;

/** Looks at a file of Python. */
export function lookAtPython(source: string): SourceFacts {
  const text = source.replaceAll(docstrings, '""').replaceAll(comments, '');
  const arcade = /\bMCPApp\(/.test(text) && /arcade_mcp_server/.test(text);
  const gradio = /\bmcp_server\s*=\s*True\b/.test(text);
  const made = classes.test(text) || subclass.test(text);
  return {
    serves:
      (sdk.test(text) && (made || lowLevel.test(text))) ||
      (fastmcp.test(text) && made) ||
      arcade ||
      gradio ||
      (made && /\bFastMCP\b/.test(text) && /import[^\n]*\bFastMCP\b/.test(text)),
    calls: client.test(text),
    transports: transportsOf(text),
    imports: importsOf(text),
    subcommands: matchesOf(
      text,
      /add_parser\(\s*["']([a-z][\w-]{0,30})["']|\.command\(\s*(?:name\s*=\s*)?["']([a-z][\w-]{0,30})["']/g,
    ),
  };
}

function transportsOf(text: string): Transport[] {
  const found: Transport[] = [];
  if (/\bstdio_server\b|["']stdio["']|\.run\(\s*\)|\brun_stdio_async\b/.test(text)) found.push('stdio');
  if (/streamable[-_]http|\bhttp_app\(|transport\s*=\s*["']http["']|StreamableHTTP/.test(text))
    found.push('streamable-http');
  if (/\bSseServerTransport\b|["']sse["']/.test(text)) found.push('sse');
  return found;
}

/** Each as a dotted name, with leading dots where it is relative; `from a import b` may mean `a` and `a.b`. */
function importsOf(text: string): string[] {
  const found = new Set<string>();
  for (const [, module = '', listed, plain] of text.matchAll(fromImports)) {
    if (found.size > 500) break;
    found.add(module);
    for (const item of (listed ?? plain ?? '').split(',').slice(0, 50)) {
      const name = /^\s*(\w+)/.exec(item)?.[1];
      if (name !== undefined) found.add(/\.$|^$/.test(module) ? `${module}${name}` : `${module}.${name}`);
    }
  }
  for (const [, names = ''] of text.matchAll(plainImports)) {
    if (found.size > 800) break;
    for (const name of names.split(',')) found.add(name.trim().split(/\s/)[0] ?? '');
  }
  // `uvicorn.run("package.module:app")`
  for (const [, name = ''] of text.matchAll(/["']([A-Za-z_]\w*(?:\.\w+){0,10}):\w{1,60}["']/g)) {
    if (found.size < 1000) found.add(name);
  }
  return [...found];
}
