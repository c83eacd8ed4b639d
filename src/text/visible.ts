/**
 * Characters that a reader cannot see, or that change what the reader sees: controls (ANSI and OSC sequences begin
 * with one), bidirectional and zero-width characters, tags, line separators, lone surrogates. Not the line feed and
 * the tab, and not the one variation selector that may follow a pictograph (⚠️).
 */
const hidden =
  /(?<!\p{Extended_Pictographic})[\u{fe0e}-\u{fe0f}]|(?!\n|\t|\u{fe0e}|\u{fe0f})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** @returns `text` with LF line ends only and every hidden character written out as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(hidden, writtenOut);
}

function writtenOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
