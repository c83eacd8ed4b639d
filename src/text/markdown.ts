import { cutWithNote } from './cut.ts';
import { logText, singleLine } from './log.ts';

/** Keeps two characters apart for every reader of text, at no visible cost (as other bots do in release notes). */
const apart = '&#8203;';

/**
 * Foreign text for the middle of a line, a table cell or an HTML element of GitHub-flavoured Markdown: it shows as it
 * is, on one line, and has no effect (tag, emphasis, image, link, autolink, `@mention`, `#123`, emoji code, pipe).
 *
 * @param max UTF-16 units of the text shown; each may need up to about ten characters in the Markdown
 */
export function markdownText(text: string, max: number): string {
  const shown = cutWithNote(singleLine(text).trim(), max);
  return entities(shown)
    .replaceAll('&#64;', `&#64;${apart}`)
    .replace(/&#35;(?=\d)/g, `&#35;${apart}`)
    .replace(/GH-(?=\d)/gi, `$&${apart}`)
    .replace(/:(?=\/\/|(?!\d\d:)[\w+-]+:)|(?:mailto|xmpp):/gi, `$&${apart}`)
    .replace(/(www)\./gi, `$1&#46;${apart}`)
    .replace(/^[-+=:]/, (first) => `&#${first.charCodeAt(0)};`)
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, (_, digits: string, end: string) => `${digits}&#${end.charCodeAt(0)};`);
}

/**
 * Foreign text as inline code, on one line, that cannot be left. It is a `<code>` element, not a span of backticks:
 * those would still be parted by a pipe in a table, and mean nothing inside of HTML.
 *
 * @param max UTF-16 units of the text shown; default 200
 */
export function markdownCode(text: string, max = 200): string {
  const shown = cutWithNote(singleLine(text).trim(), max) || ' ';
  // Mentions, references and emoji codes have no effect in code; what the Markdown parser itself links has.
  const code = entities(shown.replace(/(?<=[\w.+-])@(?=[\w-]*\.[\w.-]*[a-z])/gi, '@\u200b'))
    .replaceAll('\u200b', apart)
    .replaceAll('://', '&#58;//')
    .replace(/(www)\./gi, '$1&#46;')
    .replace(/(mailto|xmpp):/gi, '$1&#58;');
  return `<code>${code}</code>`;
}

const longestRun = 15;

/**
 * Foreign text as a fenced block that it cannot close, of at most 1,000 lines of 1,000 characters, none of which is a
 * workflow command where the file is printed. Runs of more than 15 backticks are shortened with a note. The block must begin at the start of a line; no line end follows it.
 *
 * @param info language for highlighting; all but letters, digits and `-` is dropped
 */
export function markdownFence(text: string, info = ''): string {
  const block = logText(text).replace(/`{16,}/g, (run) => {
    return `${'`'.repeat(longestRun)}… (${run.length - longestRun} more backticks)`;
  });
  const longest = (block.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info.replace(/[^A-Za-z0-9-]/g, '')}\n${block}\n${fence}`;
}

function entities(text: string): string {
  return text.replace(/[&<>"'`*_~|[\]\\#@$]/g, (character) => `&#${character.charCodeAt(0)};`);
}
