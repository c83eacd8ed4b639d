import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { atKey } from './place.ts';
import { isRecord, memberOf } from './raw.ts';
import type { RawRecord } from './raw.ts';
import { alternatives, show } from './words.ts';

/** Matchers about what is there, which nothing absent can fulfil. */
const ofPresence = [
  'equals',
  'contains',
  'notContains',
  'matches',
  'type',
  'notEmpty',
  'minItems',
  'maxItems',
  'atLeast',
  'atMost',
  'schema',
];

/**
 * Finds what no answer can fulfil, in assertions, in matchers and in what is expected of a file: they share these names.
 */
export function rangeProblems(document: SourceDocument, wish: unknown, path: ValuePath): Problem[] {
  if (!isRecord(wish)) return [];
  return [
    ...crossed(document, wish, path, 'minItems', 'maxItems'),
    ...crossed(document, wish, path, 'atLeast', 'atMost'),
    ...emptyProblems(document, wish, path),
    ...absenceProblems(document, wish, path),
    ...textProblems(document, wish, path),
  ];
}

function crossed(document: SourceDocument, wish: RawRecord, path: ValuePath, least: string, most: string): Problem[] {
  const low = memberOf(wish, least);
  const high = memberOf(wish, most);
  if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return [];
  return [atKey(document, [...path, least], `\`${least}: ${low}\` and \`${most}: ${high}\` cannot both hold`)];
}

function emptyProblems(document: SourceDocument, wish: RawRecord, path: ValuePath): Problem[] {
  const notEmpty = memberOf(wish, 'notEmpty');
  const items = notEmpty === true ? 'maxItems' : 'minItems';
  const count = memberOf(wish, items);
  const clash = (notEmpty === true && count === 0) || (notEmpty === false && typeof count === 'number' && count > 0);
  if (!clash) return [];
  return [
    atKey(
      document,
      [...path, 'notEmpty'],
      `\`notEmpty: ${String(notEmpty)}\` and \`${items}: ${String(count)}\` cannot both hold`,
    ),
  ];
}

function absenceProblems(document: SourceDocument, wish: RawRecord, path: ValuePath): Problem[] {
  const others = ofPresence.filter((key) => memberOf(wish, key) !== undefined);
  if (memberOf(wish, 'exists') !== false || others.length === 0) return [];
  return [
    atKey(
      document,
      [...path, 'exists'],
      `what does not exist cannot fulfil ${alternatives(others, 'and')}; leave one out`,
    ),
  ];
}

function textProblems(document: SourceDocument, wish: RawRecord, path: ValuePath): Problem[] {
  const wanted = textsOf(memberOf(wish, 'contains'));
  const unwanted = textsOf(memberOf(wish, 'notContains'));
  const clash = unwanted.find((text) => wanted.includes(text));
  if (clash === undefined) return [];
  return [
    atKey(document, [...path, 'notContains'], `${show(clash)} is also what \`contains\` asks for; both cannot hold`),
  ];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((text: unknown) => typeof text === 'string') : [];
}
