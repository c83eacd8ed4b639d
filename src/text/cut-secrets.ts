import type { Span } from './span.ts';

/** How long a part of a secret must be to count as one; what is left of a shorter one says next to nothing. */
const shortest = 4;
/** What was cut off is marked by it, here and in every other room. */
const mark = '…';
/** May stand between a text that was cut and the mark: the end of a quotation, a space. */
const between = new Set(['"', "'", '`', ' ']);

/** A form of a secret up to, or from, a place in it. */
interface Place {
  readonly form: string;
  readonly at: number;
}

/**
 * Finds what is left of secrets that were cut before anybody looked for them: a beginning of one right before an
 * ellipsis, and an end of one right after it.
 */
export class CutSecrets {
  readonly #forms: readonly string[];
  /** By every four units that stand in a form: where they begin. */
  #places: Map<string, Place[]> | null = null;

  constructor(forms: readonly string[]) {
    this.#forms = forms;
  }

  spansOf(text: string): Span[] {
    const spans: Span[] = [];
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) {
      for (const span of [this.#before(text, at), this.#after(text, at + 1)]) if (span !== null) spans.push(span);
    }
    return spans;
  }

  #before(text: string, place: number): Span | null {
    for (let end = place, skipped = 0; ; end--, skipped++) {
      const length = this.#longest(text.slice(end - shortest, end), ({ form, at }) => {
        const start = form.slice(0, at + shortest);
        return text.startsWith(start, end - start.length) ? start.length : 0;
      });
      if (length > 0) return { start: end - length, end };
      if (skipped === 2 || !between.has(text.charAt(end - 1))) return null;
    }
  }

  #after(text: string, place: number): Span | null {
    for (let start = place, skipped = 0; ; start++, skipped++) {
      const length = this.#longest(text.slice(start, start + shortest), ({ form, at }) => {
        return text.startsWith(form.slice(at), start) ? form.length - at : 0;
      });
      if (length > 0) return { start, end: start + length };
      if (skipped === 2 || !between.has(text.charAt(start))) return null;
    }
  }

  #longest(four: string, lengthAt: (place: Place) => number): number {
    const places = (this.#places ??= this.#index()).get(four) ?? [];
    return places.reduce((longest, place) => Math.max(longest, lengthAt(place)), 0);
  }

  #index(): Map<string, Place[]> {
    const index = new Map<string, Place[]>();
    for (const form of this.#forms) {
      for (let at = 0; at + shortest <= form.length; at++) {
        const four = form.slice(at, at + shortest);
        const places = index.get(four);
        if (places === undefined) index.set(four, [{ form, at }]);
        else places.push({ form, at });
      }
    }
    return index;
  }
}
