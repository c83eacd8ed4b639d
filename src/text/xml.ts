import { cutWithNote } from './cut.ts';
import { singleLine, terminalText, type LogTextOptions } from './log.ts';

/**
 * Foreign text for an attribute or an element of XML, as xmlbuilder2 wants it: on one line, hidden characters written
 * out (`\u{…}`), so that only characters remain that XML 1.0 can hold (section 2.2: no control characters, no lone
 * surrogates, not U+FFFE and U+FFFF), and every `&` escaped, because the library takes `&lol;` and `&#0;` for
 * references that are wanted.
 *
 * @param max UTF-16 units
 */
export function xmlLine(text: string, max: number): string {
  return cutWithNote(singleLine(text), max).replaceAll('&', '&amp;');
}

/** As {@link xmlLine}, of several lines, for the text of an element. Lines end at LF. */
export function xmlBlock(text: string, options: LogTextOptions = {}): string {
  return terminalText(text, options).replaceAll('&', '&amp;');
}

/**
 * A whole XML document so that none of its lines is a workflow command of an Actions job, wherever it is printed. What
 * it says stays the same: the characters become references.
 */
export function xmlWithoutCommands(xml: string): string {
  return xml.replace(/#(?=\p{DI}*\[)/gu, '&#35;').replace(/^([\t\p{Zs}]*):(?=\p{DI}*:)/gmu, '$1&#58;');
}
