import { isRecord } from './record.ts';
import { around, brief } from './show.ts';

/** The first place where two JSON values differ; `absent` stands for a member or element that is not there. */
export interface Difference {
  /** As a JSONPath, for example `$.items[0].name`; the middle of a long one is left out. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export const absent = Symbol('absent');

interface Pair {
  readonly step: Step | null;
  readonly expected: unknown;
  readonly actual: unknown;
}

interface Step {
  readonly parent: Step | null;
  readonly key: string | number;
}

const pathLimit = 100;

/** Deep equality of JSON values, key order ignored. Walks without recursion: the depth of a value is its author's choice. */
export function firstDifference(expected: unknown, actual: unknown): Difference | null {
  const open: Iterator<Pair>[] = [[{ step: null, expected, actual }].values()];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const next = level.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const pair = next.value;
    const inner = children(pair);
    if (inner !== null) open.push(inner);
    else if (!sameScalar(pair.expected, pair.actual)) {
      return { path: render(pair.step), expected: pair.expected, actual: pair.actual };
    }
  }
  return null;
}

/** @returns what follows "it differs", for example ` at $.name: expected "a", got "b"`; the root is not named. */
export function describeDifference({ path, expected, actual }: Difference): string {
  const place = path === '$' ? '' : ` at ${path}`;
  if (actual === absent) return `${place}: expected ${brief(expected)}, but there is nothing`;
  if (expected === absent) return `${place}: expected nothing there, got ${brief(actual)}`;
  if (typeof expected !== 'string' || typeof actual !== 'string') {
    return `${place}: expected ${brief(expected)}, got ${brief(actual)}`;
  }
  const at = firstUnequal(expected, actual);
  const where = at > 40 ? ` (they differ from character ${at + 1} on)` : '';
  return `${place}: expected ${around(expected, at)}, got ${around(actual, at)}${where}`;
}

function children({ step, expected, actual }: Pair): Iterator<Pair> | null {
  if (Array.isArray(expected) && Array.isArray(actual)) return elements(step, expected, actual);
  if (isRecord(expected) && isRecord(actual)) return members(step, expected, actual);
  return null;
}

function* elements(parent: Step | null, expected: readonly unknown[], actual: readonly unknown[]): Generator<Pair> {
  for (let key = 0; key < Math.max(expected.length, actual.length); key++) {
    const inExpected = key < expected.length ? expected[key] : absent;
    const inActual = key < actual.length ? actual[key] : absent;
    yield { step: { parent, key }, expected: inExpected, actual: inActual };
  }
}

function* members(
  parent: Step | null,
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): Generator<Pair> {
  for (const [key, value] of Object.entries(expected)) {
    yield { step: { parent, key }, expected: value, actual: Object.hasOwn(actual, key) ? actual[key] : absent };
  }
  for (const key of Object.keys(actual)) {
    if (!Object.hasOwn(expected, key)) yield { step: { parent, key }, expected: absent, actual: actual[key] };
  }
}

/** 0 and -0 are one number in JSON. */
function sameScalar(left: unknown, right: unknown): boolean {
  return left === right || Object.is(left, right);
}

function firstUnequal(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

function render(leaf: Step | null): string {
  let path = '';
  for (let step = leaf; step !== null; step = step.parent) {
    path = segment(step.key) + path;
    if (path.length > pathLimit && step.parent !== null) return `$…${path}`;
  }
  return `$${path}`;
}

function segment(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[a-z_]\w{0,39}$/iu.test(key) ? `.${key}` : `[${brief(key, 40)}]`;
}
