import { cutUnits } from '../text/untrusted.ts';

/** A finished span, before any OpenTelemetry: what it is called, when it was, and what lies in it. */
export interface SpanNode {
  readonly name: string;
  readonly kind: 'internal' | 'client';
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** Never before `startMs`. */
  readonly endMs: number;
  readonly attributes: Attributes;
  /** A few words of ours where something failed; null where nothing did. */
  readonly failure: string | null;
  readonly children: readonly SpanNode[];
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

const longestText = 200;

/** Foreign names as a backend takes them: bounded, and without halves of characters. */
export function shortText(text: string): string {
  return cutUnits(text, longestText).toWellFormed();
}

/** @returns the attributes that have a value; texts are shortened */
export function attributesOf(values: Readonly<Record<string, string | number | boolean | null>>): Attributes {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== null) attributes[key] = typeof value === 'string' ? shortText(value) : value;
  }
  return attributes;
}
