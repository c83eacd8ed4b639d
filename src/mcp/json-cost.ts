/** Below this a text costs little, whatever it holds. */
const cheapLength = 256 * 1024;
/** Deeper nesting than any real message. */
export const maxDepth = 256;
const maxValues = 500_000;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

/**
 * Whether a long text may be read as JSON. Sixteen megabytes of `[` or of `{},` take V8 a gigabyte and more, so they are
 * counted before they are read.
 * @returns null, or why not, continuing "the server …"
 */
export function whyCostly(text: string): string | null {
  if (text.length <= cheapLength) return null;
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === quote) index = endOfString(text, index);
    else if (unit === comma) values++;
    else if (openers.has(unit)) {
      values++;
      if (++depth > maxDepth) return `sent JSON nested deeper than ${maxDepth} levels`;
    } else if (closers.has(unit)) depth--;
    if (values > maxValues) return 'sent a message of more than 500,000 values';
  }
  return null;
}

/** @returns the index of the quote that ends the string which begins at `start` */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
