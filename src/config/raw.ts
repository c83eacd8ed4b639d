/** Looking into values that were not checked yet. */

export type RawRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mapping as it is; anything else as an empty one. */
export function recordOf(value: unknown): RawRecord {
  return isRecord(value) ? value : {};
}

/** The member of a mapping; undefined where there is none, or no mapping. */
export function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
