import type { Finding } from '../result/model.ts';
import { finding } from './finding.ts';
import type { StdoutNotes } from './stdout-notes.ts';

const shownLines = 3;

/** What stands on stdout besides answers, as findings (MCP specification, stdio: nothing but valid messages). */
export function stdoutFindings(notes: StdoutNotes): Finding[] {
  const findings: Finding[] = [];
  if (notes.dirtyLines > 0) {
    const message = `stdout carried ${notes.dirtyLines} lines (${notes.dirtyBytes} bytes) that are no JSON-RPC messages; log to stderr instead.`;
    findings.push(finding('stdout-clean', 'medium', message, { evidence: notes.dirt.slice(0, shownLines) }));
  }
  if (notes.tooLong > 0) {
    const message = `${notes.tooLong} lines on stdout were longer than 16 MiB and were dropped unread.`;
    findings.push(finding('stdout-line-length', 'high', message));
  }
  if (notes.notUtf8 > 0) {
    findings.push(finding('stdout-utf8', 'medium', `${notes.notUtf8} lines on stdout were not valid UTF-8.`));
  }
  return findings;
}
