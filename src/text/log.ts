import { cutLines, cutWithNote } from './cut.ts';
import { visible } from './visible.ts';

export interface LogTextOptions {
  /** UTF-16 units of a line, with the note of what was cut; default 1,000 (the live log shows 1,024). */
  readonly maxLine?: number;
  /** Lines in all, with the note of what was cut; default 1,000. */
  readonly maxLines?: number;
}

const defaults = { maxLine: 1000, maxLines: 1000 };

/**
 * Foreign text as lines for the log of an Actions job. No line is a workflow command, neither as it stands nor where
 * `text` continues a line already written through here; hidden characters are written out (`\u{…}`), long lines and
 * long texts are cut with a note. Lines end at LF. Text that is safe already comes back as it is.
 */
export function logText(text: string, options: LogTextOptions = {}): string {
  const { maxLine, maxLines } = { ...defaults, ...options };
  return cutLines(withoutCommands(visible(text)), maxLine, maxLines);
}

/** Foreign text as lines for a terminal: as {@link logText}, but workflow commands mean nothing here and stay. */
export function terminalText(text: string, options: LogTextOptions = {}): string {
  const { maxLine, maxLines } = { ...defaults, ...options };
  return cutLines(visible(text), maxLine, maxLines);
}

/** As {@link logText}, on one line of at most `max` UTF-16 units: line ends become `⏎`, tabs spaces. */
export function oneLine(text: string, max: number): string {
  return cutWithNote(withoutCommands(singleLine(text)), max);
}

/** @returns `text` on one line, hidden characters written out. */
export function singleLine(text: string): string {
  return visible(text).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

/**
 * Breaks both forms of a command: `::name::` where a line begins, after any white space, and `##[name]` anywhere. The
 * first line must not begin with a single colon either, nor the text end with `#`: what was written before, or comes
 * after, may hold the rest.
 */
function withoutCommands(text: string): string {
  return (
    text
      .replace(/^[\t\p{Zs}]*:/u, brokenColon)
      .replace(/(?<=\n)[\t\p{Zs}]*::/gu, (found) => `${brokenColon(found.slice(0, -1))}:`)
      // The runner passes over characters without width in between; those of emoji are no hidden ones.
      .replace(/(#\p{DI}*#\p{DI}*)\[/gu, '$1 [')
      .replace(/#(\p{DI}*)$/u, '# $1')
  );
}

function brokenColon(found: string): string {
  return `${found.slice(0, -1)}\\u{3a}`;
}
