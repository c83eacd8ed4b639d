/** `<<EOF`, `<<-"EOF"`. */
export interface HeredocMark {
  readonly name: string;
  /** `<<-`: tabs at the start of lines do not count. */
  readonly chomp: boolean;
}

const isSpace = (char: string) => char === ' ' || char === '\t';

/** Takes the flags from the start of an instruction's text. Quotes and backslashes in them are resolved. */
export function splitFlags(given: string): { flags: string[]; text: string } {
  const text = given.trim();
  const flags: string[] = [];
  let at = 0;
  while (text.startsWith('--', at)) {
    const { word, end } = flagAt(text, at);
    at = end;
    while (isSpace(text.charAt(at))) at++;
    // `--` alone ends the flags.
    if (word === '--') break;
    flags.push(word);
  }
  return { flags, text: text.slice(at) };
}

function flagAt(text: string, start: number): { word: string; end: number } {
  let word = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === '' && isSpace(char)) break;
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === '\\') word += text.charAt(++at);
    else word += char;
  }
  return { word, end: at };
}

/**
 * The words of a text as a shell parts them; quotes and escapes stay in them.
 *
 * @returns none where a quotation is left open
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const char = text.charAt(at);
    if (char === '' || isSpace(char)) {
      if (start !== -1) words.push(text.slice(start, at));
      start = -1;
      continue;
    }
    if (start === -1) start = at;
    if (char === '\\') at++;
    if (char !== '"' && char !== "'") continue;
    const end = quotationEnd(text, at);
    if (end === -1) return [];
    at = end;
  }
  return words;
}

/** @returns where the quotation that begins at `start` ends, or -1 */
function quotationEnd(text: string, start: number): number {
  const quote = text.charAt(start);
  if (quote === "'") return text.indexOf(quote, start + 1);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === quote) return at;
  }
  return -1;
}

/** @returns the heredoc that a word of a shell begins, or null */
export function heredocOf(word: string): HeredocMark | null {
  const [, dash, raw = ''] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
  if (dash === undefined) return null;
  const words = shellWords(raw);
  return words.length === 1 ? { name: unquoted(raw), chomp: dash === '-' } : null;
}

function unquoted(raw: string): string {
  return raw.replaceAll(
    /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])/g,
    (_, single?: string, double?: string, one?: string) => {
      return single ?? double?.replaceAll(/\\(["$\\])/g, '$1') ?? one ?? '';
    },
  );
}

/** `A=1 B="two words"`, at the spaces that are neither quoted nor escaped; quotes and escapes stay. */
export function assignments(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === '' && isSpace(char)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    word += char;
    if (char === '\\' && quote !== "'") word += text.charAt(++at);
    else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
  }
  if (word !== '') words.push(word);
  return words;
}
