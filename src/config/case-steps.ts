import type { ValuePath } from './document.ts';
import { isRecord, memberOf } from './raw.ts';
import type { RawRecord } from './raw.ts';

/** A step of a case as its file has it. A case with a single request is its own step. */
export interface RawStep {
  readonly raw: RawRecord;
  readonly path: ValuePath;
  /** Its own name, or by its place: `setup[0]`, `steps[1]`. */
  readonly name: string;
}

/** The steps of a case in the order in which they run. */
export function rawSteps(raw: RawRecord, path: ValuePath): RawStep[] {
  const main = memberOf(raw, 'steps') === undefined ? [{ raw, path, name: 'steps[0]' }] : listed(raw, path, 'steps');
  return [...listed(raw, path, 'setup'), ...main, ...listed(raw, path, 'teardown')];
}

function listed(raw: RawRecord, path: ValuePath, key: string): RawStep[] {
  const list = memberOf(raw, key);
  if (!Array.isArray(list)) return [];
  return list.flatMap((step: unknown, index) => {
    if (!isRecord(step)) return [];
    const name = memberOf(step, 'name');
    const named = typeof name === 'string' ? name : `${key}[${index}]`;
    return [{ raw: step, path: [...path, key, index], name: named }];
  });
}
