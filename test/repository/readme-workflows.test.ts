import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputNames } from '../../src/config/input-names.ts';

/** The workflows that README and docs give to be copied: GitHub takes them as they stand, and they set a good example. */

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(import.meta.dirname, '../..');
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);
const fences = documents.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```ya?ml\n(.*?)^```$/gmsu)].map((found) => ({
    place: `${file}:${text.slice(0, found.index).split('\n').length}`,
    content: parse(found[1] ?? '') as unknown,
  }));
});

const isWorkflow = (content: unknown): content is Workflow =>
  typeof content === 'object' && content !== null && 'on' in content && 'jobs' in content;
const isSteps = (content: unknown): content is readonly Step[] =>
  Array.isArray(content) && content.some((step) => typeof step === 'object' && step !== null && 'uses' in step);

const workflows = fences.flatMap(({ place, content }) => (isWorkflow(content) ? [{ place, workflow: content }] : []));
const fragments = fences.flatMap(({ place, content }) => (isSteps(content) ? [{ place, steps: content }] : []));
const stepsOf = (workflow: Workflow) => Object.values(workflow.jobs).flatMap(({ steps }) => steps ?? []);

it('finds workflows and pieces of them', () => {
  expect(workflows.length).toBeGreaterThan(2);
  expect(fragments.length).toBeGreaterThan(2);
});

describe.each(workflows)('the workflow at $place', ({ workflow }) => {
  it('is whole: each job says where it runs, for how long, with which permissions, and what it does', () => {
    const lacking = Object.entries(workflow.jobs).flatMap(([name, job]) =>
      (['runs-on', 'timeout-minutes', 'permissions', 'steps'] as const)
        .filter((key) => ({ permissions: workflow.permissions, ...job })[key] === undefined)
        .map((key) => `${name} has no ${key}`),
    );
    expect(lacking).toEqual([]);
  });

  it('leaves no token behind in the checkout', () => {
    const checkouts = stepsOf(workflow).filter((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });
});

it('the action is given only inputs that it has', () => {
  const steps = [
    ...workflows.flatMap(({ place, workflow }) => stepsOf(workflow).map((step) => ({ place, step }))),
    ...fragments.flatMap((fragment) => fragment.steps.map((step) => ({ place: fragment.place, step }))),
  ].filter(({ step }) => step.uses?.startsWith('org/mcp-workflow-action@'));
  expect(steps.length).toBeGreaterThan(3);
  const known = new Set<string>(inputNames);
  const unknown = steps.flatMap(({ place, step }) =>
    Object.keys(step.with ?? {})
      .filter((name) => !known.has(name))
      .map((name) => `${place}: ${name}`),
  );
  expect(unknown).toEqual([]);
});
