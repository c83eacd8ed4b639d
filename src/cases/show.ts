/** Foreign values in messages and results: one line, bounded, never throwing, whatever their depth, size or keys. */

const messageLimit = 500;
const valueLimit = 4096;
/** Of what passed, less is looked at, and ten thousand cases are kept. */
const passedLimit = 512;
/** Deeper values are cut there: who reads the result may well recurse. */
const depthLimit = 100;

/** One line of JSON, at most about `limit` characters, with `…` where it was cut. */
export function brief(value: unknown, limit = 120): string {
  const { text, cut } = compactJson(value, limit);
  return cut ? `${text}…` : text;
}

/** The value as it may stand in a result: a plain copy, or about 4 KiB of its start, marked as cut. */
export function bounded(value: unknown): unknown {
  return within(valueLimit, value);
}

/** The same, with about 512 characters. */
export function boundedWhenPassed(value: unknown): unknown {
  return within(passedLimit, value);
}

function within(limit: number, value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length <= limit ? value : `${start(value, limit)} … (cut; ${value.length} characters in all)`;
  }
  const { text, cut } = compactJson(value, limit);
  return cut ? `${text} … (cut)` : (JSON.parse(text) as unknown);
}

/** A sentence for the user: one line, well-formed, at most 500 characters. */
export function sentence(text: string): string {
  const line = text.toWellFormed().replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length <= messageLimit ? line : `${start(line, messageLimit - 1)}…`;
}

/** The text around the offsets `at` to `end`, quoted, with `…` where it goes on. */
export function around(text: string, at: number, end: number = at): string {
  const from = Math.max(0, at - 40);
  const to = Math.min(text.length, Math.min(end, at + 80) + 60);
  const quoted = JSON.stringify(text.slice(from, to).toWellFormed());
  return `${from > 0 ? '…' : ''}${quoted}${to < text.length ? '…' : ''}`;
}

/**
 * The first `length` UTF-16 units, without half a character at the end. A copy of its own: a part of a text would keep
 * all of that text in memory, for as long as the result lives.
 */
function start(text: string, length: number): string {
  const part = text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '');
  return Buffer.from(part, 'utf16le').toString('utf16le');
}

/** Writes no more than it shows: a value of many megabytes costs as much as a small one. */
function compactJson(value: unknown, limit: number): { readonly text: string; readonly cut: boolean } {
  const sink: Sink = { text: '', limit, tooDeep: false };
  write(value, sink, 0);
  const cut = sink.tooDeep || sink.text.length > limit;
  return { text: cut ? start(sink.text, limit) : sink.text, cut };
}

interface Sink {
  text: string;
  readonly limit: number;
  tooDeep: boolean;
}

function write(value: unknown, sink: Sink, depth: number): void {
  if (isFull(sink)) return;
  if (depth > depthLimit) {
    sink.tooDeep = true;
  } else if (Array.isArray(value)) {
    writeList(value, sink, depth + 1);
  } else if (typeof value === 'object' && value !== null) {
    writeMembers(value, sink, depth + 1);
  } else if (typeof value === 'string') {
    sink.text += JSON.stringify(value.slice(0, sink.limit + 1));
  } else {
    sink.text += typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? 'null');
  }
}

function writeList(list: readonly unknown[], sink: Sink, depth: number): void {
  sink.text += '[';
  for (const [index, item] of list.entries()) {
    if (index > 0) sink.text += ',';
    write(item, sink, depth);
    if (isFull(sink)) return;
  }
  sink.text += ']';
}

function writeMembers(members: object, sink: Sink, depth: number): void {
  sink.text += '{';
  let separator = '';
  for (const [key, item] of Object.entries(members)) {
    sink.text += `${separator}${JSON.stringify(key.slice(0, sink.limit + 1))}:`;
    separator = ',';
    write(item, sink, depth);
    if (isFull(sink)) return;
  }
  sink.text += '}';
}

function isFull({ text, limit, tooDeep }: Sink): boolean {
  return tooDeep || text.length > limit;
}
