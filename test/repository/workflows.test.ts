import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputNames } from '../../src/config/input-names.ts';
import { defaultOutputs } from '../../src/report/outputs.ts';

/** What .github/workflows/ promises: nothing granted that is not needed, nothing that moves, nothing that hangs. */

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(import.meta.dirname, '../../.github/workflows');
const files = readdirSync(folder).filter((name) => /\.ya?ml$/u.test(name));
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
const workflowOf = (file: string): Workflow => parse(textOf(file));
const jobsOf = (file: string) => Object.entries(workflowOf(file).jobs);
const stepsOf = (file: string) => jobsOf(file).flatMap(([, job]) => job.steps);

describe.each(files)('%s', (file) => {
  it('grants nothing for the whole file, and each job what it needs', () => {
    expect(workflowOf(file).permissions).toEqual({});
    const silent = jobsOf(file).filter(([, job]) => job.permissions === undefined);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it('says beside each permission why', () => {
    const lines = textOf(file)
      .split('\n')
      .filter((line) => /^\s+[a-z-]+: (read|write)\b/u.test(line));
    const granted = jobsOf(file).flatMap(([, job]) => Object.keys(job.permissions ?? {}));
    expect(lines).toHaveLength(granted.length);
    expect(lines.filter((line) => !/ # \S/u.test(line))).toEqual([]);
  });

  it('ends every job some day, and lets runs of one branch not pile up', () => {
    const endless = jobsOf(file).filter(([, job]) => job['timeout-minutes'] === undefined);
    expect(endless.map(([name]) => name)).toEqual([]);
    expect(workflowOf(file).concurrency?.group).toContain('github.workflow');
  });

  it('takes foreign actions by commit, with the version they had', () => {
    const lines = textOf(file)
      .split('\n')
      .filter((line) => /^\s*(- )?uses: /u.test(line) && !/uses: \.\//u.test(line));
    const pinned = /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u;
    expect(lines.filter((line) => !pinned.test(line))).toEqual([]);
  });

  it('leaves no token behind in the checkout', () => {
    const checkouts = stepsOf(file).filter((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  // actionlint knows the action only as `./`, not where e2e.yml checks it out.
  it('gives the action the inputs that it has, and asks it for outputs that it has', () => {
    const steps = stepsOf(file).filter(({ uses = '' }) => uses === './' || uses === './action');
    const known: readonly string[] = inputNames;
    const given = steps.flatMap((step) => Object.keys(step.with ?? {}));
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    const ids = new Set(steps.map(({ id }) => id));
    const asked = [...textOf(file).matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/gu)]
      .filter(([, id]) => ids.has(id))
      .map(([, , name = '']) => name);
    expect(asked.filter((name) => !(name in defaultOutputs()))).toEqual([]);
  });

  it('puts no expression into a script, where its value would be read as shell', () => {
    expect(stepsOf(file).filter((step) => step.run?.includes('${{'))).toEqual([]);
  });
});

it('the same action has one commit everywhere', () => {
  const commits = new Map<string, Set<string>>();
  for (const step of files.flatMap(stepsOf)) {
    const [name = '', commit] = step.uses?.split('@') ?? [];
    if (commit !== undefined) commits.set(name, (commits.get(name) ?? new Set()).add(commit));
  }
  expect([...commits].filter(([, found]) => found.size > 1)).toEqual([]);
  expect(commits.size).toBeGreaterThan(0);
});

it('the last job of ci.yml needs every other one, so that branch protection can ask for it alone', () => {
  const jobs = jobsOf('ci.yml');
  const gate = jobs.find(([name]) => name === 'all')?.[1];
  const others = jobs.map(([name]) => name).filter((name) => name !== 'all');
  expect(others.length).toBeGreaterThan(1);
  expect([gate?.needs ?? []].flat().toSorted()).toEqual(others.toSorted());
});
