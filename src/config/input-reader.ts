import { parseDuration } from './units.ts';
import { alternatives, nearest, show } from './words.ts';

type Report = (name: string, message: string) => void;
type Get = (name: string) => string;

const maxLength = 100_000;

/** Reads single inputs; what is wrong with one is reported, and its default stands in so that reading goes on. */
export function inputReader(raw: Readonly<Record<string, string>>, report: Report) {
  const get = (name: string): string => {
    const value = Object.hasOwn(raw, name) ? (raw[name] ?? '') : '';
    if (value.length <= maxLength) return trim(value);
    report(name, `longer than ${maxLength} characters`);
    return '';
  };
  return { ...listReader(get, report), ...valueReader(get, report), ...wordReader(get, report) };
}

function listReader(get: Get, report: Report) {
  return {
    lines(name: string): string[] {
      // A `#` inside a source is a part of it.
      const lines = get(name).split('\n');
      return unique(lines.map((line) => trim(trim(line).replace(/(?:^|[ \t])#[^]*$/, ''))));
    },
    /** @param fault says why a text cannot be one of these names, or null */
    names(name: string, fault: (text: string) => string | null): string[] {
      const texts = unique(get(name).split(/[\n,]/).map(trim));
      return texts.filter((text) => {
        const message = fault(text);
        if (message !== null) report(name, message);
        return message === null;
      });
    },
  };
}

function valueReader(get: Get, report: Report) {
  return {
    path(name: string): string | null {
      const value = get(name);
      if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) return value === '' ? null : value;
      report(name, `${show(value)} holds a control or invisible character; write one path`);
      return null;
    },
    whole(name: string, max: number): number | null {
      const value = get(name);
      if (value === '') return null;
      const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
      if (number >= 1 && number <= max) return number;
      report(name, `expected a whole number from 1 to ${max}, found ${show(value)}`);
      return null;
    },
    /** `2/5`: the second of five parts. */
    shard(name: string, max: number): { readonly index: number; readonly count: number } | null {
      const value = get(name);
      if (value === '') return null;
      const [, first = '', second = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
      const [index, count] = [Number(first), Number(second)];
      if (first !== '' && index >= 1 && index <= count && count <= max) return { index, count };
      report(
        name,
        `expected a part such as \`2/5\` (the second of five, at most ${max} of them), found ${show(value)}`,
      );
      return null;
    },
    duration(name: string, otherwise: number): number {
      const value = get(name);
      const parsed = value === '' ? { value: otherwise } : parseDuration(value);
      if ('value' in parsed) return parsed.value;
      report(name, parsed.problem);
      return otherwise;
    },
  };
}

function wordReader(get: Get, report: Report) {
  return {
    word<const Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word {
      const value = get(name);
      const word = value === '' ? otherwise : words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      const near = nearest(value, words);
      const hint = near === null ? '' : `; did you mean \`${near}\`?`;
      report(name, `expected ${alternatives(words)}, found ${show(value)}${hint}`);
      return otherwise;
    },
    flag(name: string): boolean {
      const value = get(name);
      // The words that YAML 1.2 knows, and no others.
      if (['true', 'True', 'TRUE'].includes(value)) return true;
      if (!['', 'false', 'False', 'FALSE'].includes(value)) {
        report(name, `expected \`true\` or \`false\`, found ${show(value)}`);
      }
      return false;
    },
  };
}

/** `String.prototype.trim` would also take away white space that is not ASCII, and make a name valid that is not. */
function trim(text: string): string {
  const blank = (index: number) => ' \t\r\n'.includes(text.charAt(index));
  let start = 0;
  let end = text.length;
  while (start < end && blank(start)) start++;
  while (end > start && blank(end - 1)) end--;
  return text.slice(start, end);
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].filter((text) => text !== '');
}
