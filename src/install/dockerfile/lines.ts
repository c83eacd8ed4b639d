import { show } from '../../checkout/show.ts';
import { heredocOf, type HeredocMark, shellWords, splitFlags } from './split.ts';
import { didYouMean, refuse } from './refused.ts';

/** One instruction of the file: continued lines joined, comments among them left out. */
export interface Statement {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly keyword: string;
  /** Without quotes: `--mount=type=cache,target=/x`. */
  readonly flags: readonly string[];
  readonly text: string;
  readonly heredocs: readonly Heredoc[];
}

export interface Heredoc extends HeredocMark {
  /** Each line with its line feed. */
  readonly body: string;
}

const maxBytes = 256 * 1024;
const maxStatements = 1000;

const keywords = new Set(
  (
    'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER ' +
    'VOLUME WORKDIR'
  ).split(' '),
);

// A tab and a line feed are all that a Dockerfile needs of them; a carriage return splits lines for some readers only.
// eslint-disable-next-line no-control-regex
const control = /[\0-\u{8}\u{b}-\u{1f}\u{7f}]/u;

/**
 * Reads a Dockerfile as BuildKit's parser does (`frontend/dockerfile/parser/parser.go`): the reference says less than
 * what people rely on, such as comments and empty lines between continued ones.
 *
 * @throws DockerfileRefused
 */
export function readStatements(given: string): Statement[] {
  if (Buffer.byteLength(given) > maxBytes) refuse(null, `it is larger than ${maxBytes / 1024} KiB; shorten it`);
  const text = given
    .toWellFormed()
    .replace(/^\u{feff}/u, '')
    .replaceAll('\r\n', '\n');
  const hidden = control.exec(text);
  if (hidden !== null) {
    const code = hidden[0].charCodeAt(0).toString(16).padStart(2, '0');
    refuse(lineAt(text, hidden.index), `found the control character 0x${code}; take it out`);
  }
  const lines = text.split('\n');
  checkDirectives(lines);
  const statements: Statement[] = [];
  const reader: Reader = { lines, at: 0 };
  while (reader.at < lines.length) {
    const line = reader.at + 1;
    const joined = joinedLine(reader);
    if (joined === '') continue;
    if (statements.length === maxStatements) refuse(line, `found more than ${maxStatements} instructions; shorten it`);
    statements.push(statementOf(joined, line, reader));
  }
  return statements;
}

interface Reader {
  readonly lines: readonly string[];
  /** The line that is read next. */
  at: number;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Directives are comments at the very start, `# name=value`; only `escape` changes how the rest is read. */
function checkDirectives(lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const [, name, value = ''] = /^#\s*([A-Za-z][A-Za-z0-9]*)\s*=(.*)$/.exec(line.trim()) ?? [];
    if (name === undefined) return;
    if (name.toLowerCase() === 'escape' && value.trim() !== '\\') {
      refuse(
        index + 1,
        `found the escape character ${show(value.trim())}; only \`\\\` is supported, so take the line out`,
      );
    }
  }
}

const isComment = (line: string) => line.trimStart().startsWith('#');
/** Two backslashes at the end are one, and end the line. */
const continuation = /(?<!\\)\\[ \t]*$/;

/** The next line with those that continue it; empty for a blank line or a comment. */
function joinedLine(reader: Reader): string {
  const first = (reader.lines[reader.at++] ?? '').trimStart();
  if (first.startsWith('#')) return '';
  let open = continuation.test(first);
  const parts = [first.replace(continuation, '')];
  while (open && reader.at < reader.lines.length) {
    const next = reader.lines[reader.at++] ?? '';
    if (isComment(next) || next.trim() === '') continue;
    open = continuation.test(next);
    parts.push(next.replace(continuation, ''));
  }
  return parts.join('').trim();
}

function statementOf(joined: string, line: number, reader: Reader): Statement {
  const [, word = '', rest = ''] = /^([^ \t]+)([^]*)$/.exec(joined) ?? [];
  const keyword = word.toUpperCase();
  if (!keywords.has(keyword)) {
    const near = didYouMean(keyword, keywords);
    refuse(line, `found ${show(word)}, expected an instruction such as RUN or COPY${near}`);
  }
  const { flags, text } = splitFlags(rest);
  return { line, keyword, flags, text, heredocs: heredocsOf(keyword, text, line, reader) };
}

function heredocsOf(keyword: string, text: string, line: number, reader: Reader): Heredoc[] {
  const trigger = keyword === 'ONBUILD' ? (/^[^ \t]*/.exec(text)?.[0] ?? '') : keyword;
  if (!['RUN', 'COPY', 'ADD'].includes(trigger.toUpperCase()) || !text.includes('<<')) return [];
  // A list in JSON needs no look of its own: its texts are quoted for a shell, too.
  const marks = shellWords(text).flatMap((word) => heredocOf(word) ?? []);
  return marks.map((mark) => ({ ...mark, body: bodyOf(mark, line, reader) }));
}

function bodyOf({ name, chomp }: HeredocMark, line: number, reader: Reader): string {
  const from = reader.at;
  for (; reader.at < reader.lines.length; reader.at++) {
    const found = reader.lines[reader.at] ?? '';
    if ((chomp ? found.replace(/^\t+/, '') : found) !== name) continue;
    const body = reader.lines.slice(from, reader.at++);
    return body.map((one) => `${one}\n`).join('');
  }
  return refuse(line, `found the heredoc ${show(name)} without its end, a line that holds ${show(name)} alone`);
}
