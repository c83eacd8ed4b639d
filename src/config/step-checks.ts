import type { Problem } from '../result/model.ts';
import type { RawStep } from './case-steps.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { atKey, atValue } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import type { RawRecord } from './raw.ts';
import { requestKeys } from './step-schema.ts';
import { referencesIn } from './references.ts';
import { alternatives, found, show } from './words.ts';

const caseKeys = [
  'id',
  'server',
  'steps',
  'setup',
  'teardown',
  'repeat',
  'fresh',
  'client',
  'tags',
  'skip',
  'only',
  'mutates',
];
const stepKeys = ['name', 'args', 'expect', 'capture', 'timeout', ...requestKeys];

/** @returns keys of a case that stand beside `steps` and belong into one of them */
export function formProblems(document: SourceDocument, raw: RawRecord, path: ValuePath): Problem[] {
  if (memberOf(raw, 'steps') === undefined) return [];
  return [...requestKeys, 'args', 'expect', 'capture', 'timeout'].flatMap((key) =>
    memberOf(raw, key) === undefined
      ? []
      : [atKey(document, [...path, key], 'a case is a single request or has `steps`; move this into one of them')],
  );
}

/** What a step asks; null where it asks nothing, or several things. */
export function requestOf(raw: RawRecord): (typeof requestKeys)[number] | null {
  const given = requestKeys.filter((key) => memberOf(raw, key) !== undefined);
  return given.length === 1 ? (given[0] ?? null) : null;
}

/** @returns what is wrong with what a step asks, beyond the form of each value */
export function stepProblems(document: SourceDocument, step: RawStep, whole: RawRecord): Problem[] {
  const { raw, path } = step;
  const request = requestOf(raw);
  if (request === null) return requestProblems(document, step, whole);
  return [
    ...argumentProblems(document, raw, path, request),
    ...(request === 'complete' ? completeProblems(document, raw['complete'], [...path, 'complete']) : []),
    ...nameProblems(document, raw, path, request),
  ];
}

function requestProblems(document: SourceDocument, { raw, path }: RawStep, whole: RawRecord): Problem[] {
  const [first, ...others] = requestKeys.filter((key) => memberOf(raw, key) !== undefined);
  if (first !== undefined) {
    return others.map((key) =>
      atKey(
        document,
        [...path, key],
        `one request asks one thing, and this one has \`${first}\`; write \`steps\` for several`,
      ),
    );
  }
  const isCase = raw === whole;
  const known = isCase ? [...caseKeys, ...stepKeys] : stepKeys;
  // An unknown key is a mistake of its own, most likely the one that is missing here.
  if (Object.keys(raw).some((key) => !known.includes(key))) return [];
  const wanted = alternatives(isCase ? [...requestKeys, 'steps'] : requestKeys);
  return [atValue(document, path, `the ${isCase ? 'case' : 'step'} asks nothing; add one of ${wanted}`)];
}

function argumentProblems(document: SourceDocument, raw: RawRecord, path: ValuePath, request: string): Problem[] {
  const args = memberOf(raw, 'args');
  if (args === undefined || request === 'tool') return [];
  const here = [...path, 'args'];
  if (request !== 'prompt')
    return [atKey(document, here, `only a tool or a prompt takes arguments, not \`${request}\``)];
  return Object.entries(recordOf(args)).flatMap(([name, value]) =>
    typeof value === 'string'
      ? []
      : [
          atValue(
            document,
            [...here, name],
            `the arguments of a prompt are texts (put numbers in quotes), found ${found(value)}`,
          ),
        ],
  );
}

function completeProblems(document: SourceDocument, complete: unknown, path: ValuePath): Problem[] {
  if (!isRecord(complete)) return [];
  const known = ['prompt', 'resource', 'argument', 'value', 'context'];
  const given = ['prompt', 'resource'].filter((key) => memberOf(complete, key) !== undefined);
  if (given.length === 1 || Object.keys(complete).some((key) => !known.includes(key))) return [];
  return [atKey(document, path, 'expected one of `prompt` and `resource`, whose argument is completed')];
}

/** Names stay as they are written: a report names what is called before anything was captured. */
function nameProblems(document: SourceDocument, raw: RawRecord, path: ValuePath, request: string): Problem[] {
  const places =
    request === 'complete'
      ? [
          ['complete', 'prompt'],
          ['complete', 'argument'],
        ]
      : [[request]];
  if (request === 'resource' || request === 'list') return [];
  return places.flatMap((steps) => {
    const name = steps.reduce<unknown>((value, step) => memberOf(value, step), raw);
    if (typeof name !== 'string' || referencesIn(name).length === 0) return [];
    return [
      atValue(
        document,
        [...path, ...steps],
        `${show(name)}: captured values are not put into names; write the name out`,
      ),
    ];
  });
}
