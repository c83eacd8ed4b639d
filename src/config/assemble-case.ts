import type { CaseData, CaseEntry } from './case-files.ts';
import { serverOf } from './case-checks.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import type { CaseSpec, Expectations, StepRequest, StepSpec } from './model.ts';
import { recordOf } from './raw.ts';
import { snapshotKey } from './snapshots.ts';

type StepData = Pick<
  CaseData,
  'tool' | 'prompt' | 'args' | 'resource' | 'complete' | 'list' | 'expect' | 'capture' | 'timeout'
> & {
  readonly name?: string | undefined;
};

/** Where the steps of one case stand. */
interface CasePlace {
  readonly document: SourceDocument;
  readonly path: ValuePath;
  readonly server: string;
  readonly id: string;
}

/** The cases of one server, in the order of the files. The loader has found each to have exactly one request a step. */
export function casesOf(server: string, entries: readonly CaseEntry[]): CaseSpec[] {
  return entries.flatMap((entry) => {
    const { data, document, path, snapshotFile } = entry;
    if (data === null || serverOf(entry) !== server) return [];
    return [{ ...caseSpec(data, { document, path, server, id: data.id }), snapshotFile }];
  });
}

function caseSpec(data: CaseData, place: CasePlace): Omit<CaseSpec, 'snapshotFile'> {
  const { document, path } = place;
  const alone = stepSpec(data, 'steps[0]', path, place, null);
  return {
    id: data.id,
    location: document.locate(path),
    setup: stepsOf(data.setup, 'setup', place),
    steps: data.steps === undefined ? (alone === null ? [] : [alone]) : stepsOf(data.steps, 'steps', place),
    teardown: stepsOf(data.teardown, 'teardown', place),
    repeat: data.repeat === undefined ? null : { times: data.repeat.times, passRate: data.repeat.passRate ?? 1 },
    fresh: data.fresh ?? false,
    client: data.client ?? {},
    tags: data.tags ?? [],
    skip: skipReason(data.skip),
    only: data.only ?? false,
  };
}

function stepsOf(steps: readonly StepData[] | undefined, group: string, place: CasePlace): StepSpec[] {
  return (steps ?? []).flatMap((step, index) => {
    const name = step.name ?? `${group}[${index}]`;
    return stepSpec(step, name, [...place.path, group, index], place, name) ?? [];
  });
}

/** @param keyName the step's part of a snapshot's key; null where the case is the step */
function stepSpec(
  step: StepData,
  name: string,
  path: ValuePath,
  { document, server, id }: CasePlace,
  keyName: string | null,
): StepSpec | null {
  const request = requestOf(step);
  if (request === null) return null;
  const { snapshot, ...expect } = step.expect ?? {};
  const withKey: Expectations =
    snapshot === undefined ? expect : { ...expect, snapshot: { key: snapshotKey(server, id, keyName), ...snapshot } };
  return {
    name,
    request,
    expect: withKey,
    capture: step.capture ?? {},
    timeout: step.timeout ?? null,
    location: document.locate(path),
  };
}

function requestOf({ tool, prompt, args, resource, complete, list }: StepData): StepRequest | null {
  if (tool !== undefined) return { kind: 'tool', name: tool, args: args ?? {} };
  if (prompt !== undefined) return { kind: 'prompt', name: prompt, args: textsOf(args) };
  if (resource !== undefined) return { kind: 'resource', uri: resource };
  if (list !== undefined) return { kind: 'list', list };
  if (complete === undefined) return null;
  const { prompt: ofPrompt, resource: ofResource, argument, value = '', context = {} } = complete;
  const ref = ofPrompt === undefined ? { resource: ofResource ?? '' } : { prompt: ofPrompt };
  return { kind: 'complete', ref, argument: { name: argument, value }, context };
}

function textsOf(args: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recordOf(args)).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

function skipReason(skip: string | boolean | undefined): string | null {
  if (skip === true) return 'switched off in the configuration (`skip: true`)';
  return typeof skip === 'string' ? skip : null;
}
