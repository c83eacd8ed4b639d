import type { Transport } from '../declaration.ts';
import type { SourceFacts } from './evidence.ts';

/** Looks at a file of C#. */
export function lookAtCSharp(source: string): SourceFacts {
  const text = source.replaceAll(/^[\t ]*\/\/.*$/gm, '');
  const found: Transport[] = [];
  if (/\b(?:WithStdioServerTransport|StdioServerTransport)\b/.test(text)) found.push('stdio');
  if (/\b(?:WithHttpTransport|MapMcp)\b/.test(text)) found.push('streamable-http');
  return {
    serves: /\bAddMcpServer\s*\(|\bMcpServer(?:Factory)?\.Create\(/.test(text),
    calls: /\bMcpClient(?:Factory)?\.Create(?:Async)?\(|\bStdioClientTransport\b/.test(text),
    transports: found,
    imports: [],
    subcommands: [],
  };
}
