import type { Problem } from '../result/model.ts';
import type { RawStep } from './case-steps.ts';
import { rangeProblems } from './contradictions.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { mixedProblem } from './matcher-schema.ts';
import { atKey, atValue } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import type { RawRecord } from './raw.ts';
import { requestOf } from './step-checks.ts';
import { show } from './words.ts';

export interface CaseServer {
  readonly server: string | null;
  readonly hasWork: boolean;
}

/** Assertions about a result, which a request that ends in a protocol error has not. */
const aboutResults = [
  'isError',
  'contains',
  'notContains',
  'matches',
  'equals',
  'jsonPath',
  'schema',
  'notEmpty',
  'minItems',
  'maxItems',
  'contentTypes',
  'maxBytes',
  'snapshot',
];

/** @returns assertions that cannot be meant for this request, or that nothing can fulfil together */
export function expectProblems(document: SourceDocument, { raw, path }: RawStep, place: CaseServer): Problem[] {
  const expect = memberOf(raw, 'expect');
  if (!isRecord(expect)) return [];
  const here = [...path, 'expect'];
  const request = requestOf(raw);
  return [
    ...(request === null ? [] : misfits(document, expect, here, request)),
    ...errorProblems(document, raw, expect, path),
    ...folderProblems(document, expect, here, place),
    ...rangeProblems(document, expect, here),
    ...Object.entries(recordOf(memberOf(expect, 'jsonPath'))).flatMap(([name, wish]) =>
      wishProblems(document, wish, [...here, 'jsonPath', name]),
    ),
    ...Object.entries(recordOf(memberOf(expect, 'files'))).flatMap(([name, wish]) =>
      fileProblems(document, wish, [...here, 'files', name]),
    ),
  ];
}

function wishProblems(document: SourceDocument, wish: unknown, path: ValuePath): Problem[] {
  const mixed = mixedProblem(wish);
  return mixed === null ? rangeProblems(document, wish, path) : [atValue(document, path, mixed)];
}

function fileProblems(document: SourceDocument, wish: unknown, path: ValuePath): Problem[] {
  const empty = isRecord(wish) && Object.keys(wish).length === 0;
  const sentence = 'says nothing about the file; add `exists: true`, `contains`, `equals` or the like';
  return empty ? [atKey(document, path, sentence)] : rangeProblems(document, wish, path);
}

function misfits(document: SourceDocument, expect: RawRecord, path: ValuePath, request: string): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, sentence: string) => problems.push(atKey(document, [...path, key], sentence));
  if (request !== 'tool') {
    if (memberOf(expect, 'isError') === true) {
      add('isError', `only tools answer with \`isError\`; what refuses \`${request}\` is a \`protocolError: {}\``);
    }
    if (memberOf(expect, 'matchesOutputSchema') !== undefined) {
      add(
        'matchesOutputSchema',
        `only tools declare an output schema, not \`${request}\`; \`schema\` takes one of your own`,
      );
    }
  }
  if ((request === 'complete' || request === 'list') && memberOf(expect, 'contentTypes') !== undefined) {
    add('contentTypes', `the answer to \`${request}\` has no content blocks; \`jsonPath\` looks at its entries`);
  }
  return problems;
}

function errorProblems(document: SourceDocument, raw: RawRecord, expect: RawRecord, path: ValuePath): Problem[] {
  if (memberOf(expect, 'protocolError') === undefined) return [];
  const beside = 'what ends in a `protocolError` has no result, so both together cannot hold; leave one out';
  const asked = aboutResults.filter((key) => memberOf(expect, key) !== undefined);
  if (memberOf(expect, 'matchesOutputSchema') === true) asked.push('matchesOutputSchema');
  return [
    ...asked.map((key) => atKey(document, [...path, 'expect', key], beside)),
    ...(memberOf(raw, 'capture') === undefined ? [] : [atKey(document, [...path, 'capture'], beside)]),
  ];
}

function folderProblems(document: SourceDocument, expect: RawRecord, path: ValuePath, place: CaseServer): Problem[] {
  if (place.hasWork || memberOf(expect, 'files') === undefined) return [];
  const sentence = `the server ${show(place.server ?? '')} has no work folder to look into; give it one, such as \`work: { at: /work }\``;
  return [atKey(document, [...path, 'files'], sentence)];
}
