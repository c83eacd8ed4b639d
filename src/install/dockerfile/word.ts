import { show } from '../../checkout/show.ts';
import type { Part, Variable, Word } from './model.ts';
import { refuse } from './refused.ts';

/** How deep `${A:-${B:-…}}` may go. */
const maxDepth = 20;

/**
 * Reads one word as BuildKit does (`frontend/dockerfile/shell/lex.go`): quotes and backslashes are resolved, variables
 * stay as such.
 *
 * @throws DockerfileRefused
 */
export function readWord(text: string, line: number): Word {
  return new Lexer(text, line).word(null, 0);
}

/** @returns the text of a word without variables, or null */
export function plainText(word: Word): string | null {
  return word.every((part) => typeof part === 'string') ? word.join('') : null;
}

class Lexer {
  readonly #text: string;
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  /** Up to `stop`, which is skipped, or to the end. */
  word(stop: '}' | null, depth: number): Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#text.length) {
      const char = this.#next();
      if (char === stop) return parts;
      if (char === "'") add(parts, this.#single());
      else if (char === '"') this.#double(parts, depth);
      else if (char === '$') add(parts, this.#dollar(depth));
      else add(parts, char === '\\' ? this.#next() : char);
    }
    return stop === null ? parts : this.#fault('`${` without its `}`');
  }

  #next(): string {
    return this.#text.charAt(this.#at++);
  }

  #fault(found: string): never {
    return refuse(this.#line, `found ${found} in ${show(this.#text)}; close it, or put \`\\\` before it`);
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end === -1) this.#fault('a quotation mark without its other half');
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  #double(parts: Part[], depth: number): void {
    add(parts, '');
    while (this.#at < this.#text.length) {
      const char = this.#next();
      if (char === '"') return;
      if (char === '$') add(parts, this.#dollar(depth));
      else if (char === '\\' && /^["$\\]/.test(this.#text.charAt(this.#at))) add(parts, this.#next());
      else add(parts, char);
    }
    this.#fault('a quotation mark without its other half');
  }

  /** After `$`. */
  #dollar(depth: number): Part {
    if (this.#text.charAt(this.#at) === '{') return this.#braced(depth);
    const name = this.#match(/[A-Za-z_][A-Za-z0-9_]*/y);
    if (name !== '') return { name, test: null, word: [] };
    // The parameters of a shell are never set here.
    return this.#match(/[0-9]+|[@*#?$!-]/y) === '' ? '$' : '';
  }

  #braced(depth: number): Part {
    if (depth === maxDepth) refuse(this.#line, `found variables nested more than ${maxDepth} deep; write fewer`);
    this.#at++;
    const name = this.#match(/[A-Za-z_][A-Za-z0-9_]*/y);
    const found = this.#match(/\}|:?[-+]/y);
    if (name === '' || found === '') {
      const shown = show(this.#text);
      refuse(
        this.#line,
        `found a form of \`\${…}\` in ${shown} that is not supported; \`\${X}\`, \`\${X:-…}\` and \`\${X:+…}\` are`,
      );
    }
    return found === '}'
      ? { name, test: null, word: [] }
      : { name, test: testOf(found), word: this.word('}', depth + 1) };
  }

  /** @param pattern a sticky one */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

function testOf(found: string): Variable['test'] {
  if (found === ':-' || found === ':+' || found === '-') return found;
  return '+';
}

/** Texts beside each other become one. */
export function add(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
  else if (part !== '') parts.push(part);
}
