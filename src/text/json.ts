/**
 * Any JSON value on several lines, of which none is a workflow command of an Actions job, wherever it is printed. It
 * reads as the same value: `##[`, also with characters without width in it, can only stand in texts, where one of its
 * characters may be escaped.
 */
export function printableJson(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2) ?? 'null');
}

/**
 * The same for a JSON text that comes in pieces, however it was cut.
 * @returns pieces that make the same value
 */
export function* printablePieces(pieces: Iterable<string>): Generator<string> {
  let held = '';
  for (const piece of pieces) {
    const text = held + piece;
    // The bracket may come with the next one, and so may the other half of a character without width.
    const from = /#\p{DI}*[\ud800-\udbff]?$/u.exec(text)?.index ?? text.length;
    held = text.slice(from);
    yield escaped(text.slice(0, from));
  }
  if (held !== '') yield held;
}

function escaped(json: string): string {
  return json.replace(/#(?=\p{DI}*\[)/gu, '\\u0023');
}
