import { isRecord } from './record.ts';

const version = 1;
const linesKey = '$lines';
/** Deeper values are refused before they get here. */
export const deepest = 200;

/**
 * Snapshots as they stand in their file: JSON that people read and compare line by line. Keys are sorted, and a text of
 * several lines is written as `{ "$lines": [one, another] }`.
 */
export function writeSnapshots(entries: ReadonlyMap<string, unknown>): string {
  const snapshots = Object.fromEntries([...entries].map(([key, value]) => [key, encode(value)]));
  return `${JSON.stringify({ version, snapshots: sorted(snapshots) }, null, 2)}\n`;
}

/** @returns the values by key, or why they cannot be read, as a clause */
export function readSnapshots(text: string): Map<string, unknown> | { readonly broken: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return { broken: /^[<>=]{7}/mu.test(text) ? 'it has merge conflict markers' : 'it is not JSON' };
  }
  if (!isRecord(file) || !isRecord(file['snapshots'])) return { broken: 'it has no `snapshots`' };
  if (file['version'] !== version) return { broken: `its \`version\` is not ${version}` };
  try {
    return new Map(Object.entries(file['snapshots']).map(([key, value]) => [key, decode(value)]));
  } catch {
    return { broken: 'it is nested too deeply' };
  }
}

/** A copy with every text, also those that are keys, and every number passed through `redact`. @throws RangeError where it is too deep */
export function redactAll(value: unknown, redact: (text: string) => string, depth = 0): unknown {
  if (depth > deepest) throw new RangeError(`nested more than ${deepest} deep`);
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return redactNumber(value, redact);
  if (Array.isArray(value)) return value.map((item) => redactAll(item, redact, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redactAll(item, redact, depth + 1)]),
  );
}

/** A server may send a secret of digits as a number. */
function redactNumber(value: number, redact: (text: string) => string): unknown {
  const text = JSON.stringify(value);
  const clean = redact(text);
  return clean === text ? value : clean;
}

function encode(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\n') ? { [linesKey]: value.split('\n') } : value;
  if (Array.isArray(value)) return value.map(encode);
  if (!isRecord(value)) return value;
  // A server's own `$lines` gets one more `$`, so that nothing it sends can pass for ours.
  const members = Object.entries(value).map(([key, item]) => [/^\$+lines$/u.test(key) ? `$${key}` : key, encode(item)]);
  return sorted(Object.fromEntries(members));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isRecord(value)) return value;
  const lines = value[linesKey];
  if (Array.isArray(lines) && lines.every((line) => typeof line === 'string')) return lines.join('\n');
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [/^\$\$+lines$/u.test(key) ? key.slice(1) : key, decode(item)]),
  );
}

/** By code units, on every machine the same. */
function sorted(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).sort(([left], [right]) => (left < right ? -1 : 1)));
}
