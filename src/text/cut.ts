/** @returns the longest beginning of `text` that is at most `maxBytes` long in UTF-8 and ends with a whole character. */
export function cutBytes(text: string, maxBytes: number): string {
  const limit = Math.max(0, Math.floor(maxBytes));
  if (text.length * 3 <= limit) return text;
  const buffer = new Uint8Array(Math.min(limit, text.length * 3));
  return text.slice(0, new TextEncoder().encodeInto(text, buffer).read);
}

/** @returns the beginning of `text`, at most `max` UTF-16 units, never half of a surrogate pair. */
export function cutUnits(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.max(0, Math.floor(max));
  return text.slice(0, splitsPair(text, end) ? end - 1 : end);
}

/** @returns whether a cut before UTF-16 unit `at` would part a surrogate pair. */
export function splitsPair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
}

// Below this there is no room to say how much was left out.
const roomForNote = 40;

/** @returns `text` cut to `max` UTF-16 units together with the note of how many characters were left out. */
export function cutWithNote(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < roomForNote) return max < 1 ? '' : `${cutUnits(text, max - 1)}…`;
  // The note is longest when it counts every character.
  const kept = cutUnits(text, max - note(text.length).length);
  return kept + note(characters(text.slice(kept.length)));
}

function note(left: number): string {
  return `… (${left} more characters)`;
}

function characters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/**
 * The first lines of `text`, at most `maxLines` in all and each at most `maxLine` UTF-16 units; the last one says how
 * many were left out.
 */
export function cutLines(text: string, maxLine: number, maxLines: number): string {
  const lines = text.split('\n');
  if (lines.length <= maxLines) return lines.map((line) => cutWithNote(line, maxLine)).join('\n');
  const kept = lines.slice(0, Math.max(0, maxLines - 1));
  const left = `… (${lines.length - kept.length} more lines)`;
  return [...kept, left].map((line) => cutWithNote(line, maxLine)).join('\n');
}

/**
 * The last lines of `text` (what a program said before it ended is at the end), at most `maxLines` in all; the first
 * one says how many were left out. Line ends at the end of `text` do not count.
 */
export function lastLines(text: string, maxLines: number): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length <= maxLines) return lines.join('\n');
  const kept = lines.slice(lines.length - Math.max(0, maxLines - 1));
  return [`… (${lines.length - kept.length} earlier lines)`, ...kept].join('\n');
}
