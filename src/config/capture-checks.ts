import type { Problem } from '../result/model.ts';
import type { RawStep } from './case-steps.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { matcherNames } from './matcher-schema.ts';
import { atValue } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import { referencesIn } from './references.ts';
import { show, suggestion } from './words.ts';

/** Captured names that an unknown one is compared with. */
const maxCompared = 100;

interface Place {
  readonly value: unknown;
  readonly path: ValuePath;
}

/** @returns `{{name}}` in texts where nothing of that name was captured in an earlier step of the case */
export function referenceProblems(document: SourceDocument, steps: readonly RawStep[]): Problem[] {
  const captured = new Set<string>();
  return steps.flatMap(({ raw, path }) => {
    const problems = placesOf(raw, path).flatMap((place) =>
      textsIn(place).flatMap((text) => unknownIn(document, text, captured)),
    );
    for (const name of Object.keys(recordOf(memberOf(raw, 'capture')))) captured.add(name);
    return problems;
  });
}

function unknownIn(document: SourceDocument, { value, path }: Place, captured: ReadonlySet<string>): Problem[] {
  const names = new Set(typeof value === 'string' ? referencesIn(value) : []);
  return [...names]
    .filter((name) => !captured.has(name))
    .map((name) => {
      const meant = captured.size === 0 || captured.size > maxCompared ? '' : `; ${suggestion(name, [...captured])}`;
      const literal = `write \`\\{{${name}}}\` for the characters themselves`;
      return atValue(
        document,
        path,
        `${show(`{{${name}}}`)}: no earlier step of this case captures ${show(name)}${meant} (${literal})`,
      );
    });
}

/** Where values are put in: what is asked, and the texts that an answer is compared with. */
function placesOf(raw: RawStep['raw'], path: ValuePath): Place[] {
  const expect = memberOf(raw, 'expect');
  const here = [...path, 'expect'];
  return [
    ...['args', 'resource', 'complete'].map((key) => member(raw, path, key)),
    ...comparedIn(expect, here),
    member(memberOf(expect, 'protocolError'), [...here, 'protocolError'], 'message'),
    member(memberOf(expect, 'logs'), [...here, 'logs'], 'contains'),
    ...Object.entries(recordOf(memberOf(expect, 'files'))).flatMap(([name, wish]) =>
      comparedIn(wish, [...here, 'files', name]),
    ),
    ...Object.entries(recordOf(memberOf(expect, 'jsonPath'))).flatMap(([name, wish]) =>
      wished(wish, [...here, 'jsonPath', name]),
    ),
  ];
}

function wished(wish: unknown, path: ValuePath): Place[] {
  const areMatchers = isRecord(wish) && Object.keys(wish).some((key) => matcherNames.some((name) => name === key));
  return areMatchers ? comparedIn(wish, path) : [{ value: wish, path }];
}

function comparedIn(holder: unknown, path: ValuePath): Place[] {
  return ['contains', 'notContains', 'matches', 'equals'].map((key) => member(holder, path, key));
}

function member(holder: unknown, path: ValuePath, key: string): Place {
  return { value: memberOf(holder, key), path: [...path, key] };
}

/** All texts in a value, however deep. */
function textsIn({ value, path }: Place): Place[] {
  if (typeof value === 'string') return value.includes('{{') ? [{ value, path }] : [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => textsIn({ value: item, path: [...path, index] }));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn({ value: item, path: [...path, key] }));
}
