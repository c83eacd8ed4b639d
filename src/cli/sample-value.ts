import { isRecord, jsonSize } from './json-value.ts';

/** A value made of a schema, or that none could be made without guessing. */
export type Sample = { readonly value: unknown } | { readonly missing: string };

const deepest = 8;
const mostBytes = 4096;
const mostProperties = 50;

/**
 * A small value that fits a JSON Schema, always the same one: what the schema itself names (`const`, `examples`,
 * `default`, `enum`) before what its type allows; of an object only what is required. The schema is foreign: nothing of
 * it is run, fetched or followed without a bound, and the caller validates what comes of it.
 */
export function sampleValue(schema: unknown): Sample {
  return sampleOf(schema, { root: schema, depth: 0 });
}

interface Place {
  /** Where `$ref` points into. */
  readonly root: unknown;
  readonly depth: number;
}

function sampleOf(schema: unknown, place: Place): Sample {
  if (schema === true) return { value: 'text' };
  if (!isRecord(schema)) return { missing: 'a value that no schema describes' };
  if (place.depth > deepest) return { missing: `a value nested more than ${deepest} deep` };
  const inside = { ...place, depth: place.depth + 1 };
  const named = namedValue(schema);
  if (named !== undefined) return { value: named };
  if (typeof schema['$ref'] === 'string') return sampleOf(resolved(schema['$ref'], place.root), inside);
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const options = schema[key];
    if (Array.isArray(options) && !isRecord(schema['properties'])) return firstSample(options, inside);
  }
  return typedSample(schema, inside);
}

/** What the schema's author wrote down as a value. A text with `{{` would be a reference in a case. */
function namedValue(schema: Readonly<Record<string, unknown>>): unknown {
  const { examples, enum: words } = schema;
  const candidates: unknown[] = [
    ...(Object.hasOwn(schema, 'const') ? [schema['const']] : []),
    ...(Array.isArray(examples) ? examples.slice(0, 3) : []),
    ...(Object.hasOwn(schema, 'default') ? [schema['default']] : []),
    ...(Array.isArray(words) ? words.slice(0, 1) : []),
  ];
  return candidates.find((value) => {
    const size = jsonSize(value);
    return size !== null && size <= mostBytes && !JSON.stringify(value).includes('{{');
  });
}

function firstSample(options: readonly unknown[], place: Place): Sample {
  let last: Sample = { missing: 'a value that no schema describes' };
  for (const option of options.slice(0, 10)) {
    // Null is what one leaves out.
    if (isRecord(option) && option['type'] === 'null') continue;
    last = sampleOf(option, place);
    if ('value' in last) return last;
  }
  return last;
}

function typedSample(schema: Readonly<Record<string, unknown>>, place: Place): Sample {
  const given = schema['type'];
  const types = (Array.isArray(given) ? given : [given]).filter((type) => type !== 'null');
  switch (types[0] ?? (isRecord(schema['properties']) ? 'object' : given)) {
    case 'string':
      return sampleText(schema);
    case 'integer':
    case 'number':
      return sampleNumber(schema);
    case 'boolean':
      return { value: false };
    case 'null':
    case null:
      return { value: null };
    case 'array':
      return sampleList(schema, place);
    case 'object':
      return sampleObject(schema, place);
    default:
      return { value: 'text' };
  }
}

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'somebody@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  'uri-reference': '/path',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function sampleText({ format, pattern, minLength, maxLength }: Readonly<Record<string, unknown>>): Sample {
  if (typeof format === 'string' && Object.hasOwn(byFormat, format)) return { value: byFormat[format] };
  // A pattern may take for ever; what fits it is for its author to say.
  if (typeof pattern === 'string') return { missing: 'an example of a text with a pattern' };
  const [least, most] = [numberOr(minLength, 0), numberOr(maxLength, Infinity)];
  if (least > mostBytes) return { missing: `a text of ${least} characters` };
  const text = 'text'.padEnd(least, 'x');
  return { value: text.slice(0, Math.max(least, Math.min(text.length, most))) };
}

function sampleNumber(schema: Readonly<Record<string, unknown>>): Sample {
  const step = numberOr(schema['multipleOf'], 1);
  const above = numberOr(schema['exclusiveMinimum'], -Infinity);
  const least = Math.max(numberOr(schema['minimum'], -Infinity), above);
  const most = Math.min(numberOr(schema['maximum'], Infinity), numberOr(schema['exclusiveMaximum'], Infinity));
  const near = least <= 1 && above < 1 && most >= 1 ? 1 : Number.isFinite(least) ? least : most;
  const multiple = step > 0 ? Math.ceil(near / step) * step : near;
  return { value: multiple <= above ? multiple + step : multiple };
}

function sampleList({ items, minItems }: Readonly<Record<string, unknown>>, place: Place): Sample {
  const least = numberOr(minItems, 0);
  if (least > 10) return { missing: `a list of ${least} entries` };
  const entry = items === undefined ? { value: 'text' } : sampleOf(items, place);
  if ('missing' in entry) return least === 0 ? { value: [] } : entry;
  return { value: Array.from({ length: Math.max(1, least) }, () => entry.value) };
}

function sampleObject({ properties, required }: Readonly<Record<string, unknown>>, place: Place): Sample {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  if (names.length > mostProperties) return { missing: `${names.length} required properties` };
  const entries: [string, unknown][] = [];
  for (const name of names) {
    const schema = isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : true;
    const sample = sampleOf(schema, place);
    if ('missing' in sample) return sample;
    entries.push([name, sample.value]);
  }
  return { value: Object.fromEntries(entries) };
}

/** A reference within the schema, by JSON Pointer; what lies elsewhere is never fetched. */
function resolved(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isRecord(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
