import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { WorkflowResult } from '../../src/result/model.ts';
import { type Handler, serve, type TestServer } from '../checkout/git-server.ts';
import { commitFiles, git, makeRepository } from '../checkout/repository.ts';
import { leftovers } from './leftovers.ts';
import { startRegistry, type Registry } from './registry.ts';
import { createJob, type Job, type JobOptions, type Stage } from './runner.ts';

/** Pull requests as GitHub's runner checks them out: the merge, whole or alone, with the API beside it. */

const program = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
const token = 'a-token-for-this-test';
const serverFolder = (folder: string) => ({
  [`${folder}/server.mjs`]: program('healthy.mjs'),
  [`${folder}/lib.mjs`]: program('lib.mjs'),
});
const entry = (folder: string) => ({ source: `./${folder}`, command: ['node', 'server.mjs'] });
const adds = (server: string) => ({
  id: `${server}-adds`,
  server,
  tool: 'add',
  args: { a: 2, b: 3 },
  expect: { contains: '5' },
});
const listed = {
  ...serverFolder('one'),
  ...serverFolder('two'),
  '.github/mcp-workflow.yml': stringify({
    version: 1,
    servers: { one: entry('one'), two: entry('two') },
    cases: [adds('one'), adds('two')],
  }),
};

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-changed-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface PullRequest {
  readonly whole: string;
  readonly base: string;
  readonly merge: string;
  readonly event: string;
}

let count = 0;

/** A repository in which a change was merged into the base as the platform does it. */
function pullRequest(files: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>): PullRequest {
  const whole = join(folder, `repository${count++}`);
  const opened = makeRepository(whole, files);
  git(whole, ['checkout', '-q', '-b', 'change']);
  const head = commitFiles(whole, change);
  git(whole, ['checkout', '-q', 'main']);
  const base = commitFiles(whole, { 'later.txt': '' });
  git(whole, ['merge', '-q', '--no-ff', '-m', 'merge', 'change']);
  const event = `${whole}-event.json`;
  writeFileSync(event, JSON.stringify({ pull_request: { base: { sha: opened }, head: { sha: head } } }));
  return { whole, base, merge: git(whole, ['rev-parse', 'HEAD']), event };
}

/** What the REST API says of a repository's trees and blobs. */
function restApi(whole: string): Handler {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://api');
    const [, kind, id = ''] = /^\/repos\/octo\/example\/git\/(trees|blobs)\/([0-9a-f]{40})$/u.exec(pathname) ?? [];
    const answer = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (kind === undefined || request.headers.authorization !== `token ${token}`) {
      answer({ message: 'Not Found' }, 404);
    } else if (kind === 'blobs') {
      answer({
        encoding: 'base64',
        content: Buffer.from(`${git(whole, ['cat-file', 'blob', id])}\n`).toString('base64'),
      });
    } else {
      const tree = git(whole, ['ls-tree', '-r', '-t', '-z', '--full-tree', id])
        .split('\0')
        .slice(0, -1)
        .map((line) => {
          const [, mode, type, sha, path] = /^(\d+) (\w+) (\w+)\t(.*)$/su.exec(line) ?? [];
          return { mode, type, sha, path };
        });
      answer({ sha: id, truncated: false, tree });
    }
  };
}

function jobOf({ whole, merge, event }: PullRequest, depth: number | null, options: JobOptions = {}): Job {
  const workspace = join(mkdtempSync(join(folder, 'checkout-')), 'workspace');
  const how = depth === null ? [] : [`--depth=${depth}`];
  git(folder, ['clone', '-q', ...how, `file://${whole}`, workspace]);
  return createJob({
    ...options,
    workspace,
    inputs: { 'changed-only': 'true', 'github-token': token, ...options.inputs },
    platform: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event, GITHUB_SHA: merge, ...options.platform },
  });
}

interface Ran {
  readonly job: Job;
  readonly main: Stage;
  readonly result: WorkflowResult;
  readonly junit: string;
}

async function run(job: Job): Promise<Ran> {
  const main = await job.main();
  const result = WorkflowResult.parse(job.readResult());
  const junit = readFileSync(join(job.results, 'junit.xml'), 'utf8');
  await job.post();
  expect(leftovers([job])).toEqual([]);
  job.remove();
  return { job, main, result, junit };
}

const states = ({ result }: Ran) =>
  Object.fromEntries(result.servers.map(({ name, state, skippedAs }) => [name, skippedAs ?? state]));

describe('a pull request that changes one of two servers', () => {
  let request: PullRequest;
  let api: TestServer;
  const change = { 'one/server.mjs': `// changed\n${program('healthy.mjs')}` };
  beforeAll(async () => {
    request = pullRequest(listed, change);
    api = await serve(restApi(request.whole));
  });
  afterAll(() => api.close());

  it.each([
    ['whole', null],
    ['with what it is merged into', 2],
  ])('runs that one: checked out %s, without the API', async (_, depth) => {
    const ran = await run(jobOf(request, depth, { platform: { GITHUB_API_URL: 'http://127.0.0.1:1' } }));
    expect(states(ran)).toEqual({ one: 'passed', two: 'unchanged' });
    expect(ran.result).toMatchObject({ changedOnly: { base: request.base, everything: null } });
    expect(ran.main).toMatchObject({
      exitCode: 0,
      outputs: { conclusion: 'passed', total: '2', passed: '1', skipped: '1' },
      annotations: [],
      strayCommands: [],
    });
    const since = `unchanged since ${request.base.slice(0, 12)}`;
    expect(ran.main.summary).toContain(`1 server and 1 case passed. 1 server ${since} was not run.`);
    expect(ran.main.log).toContain('one: runs, since one/server.mjs changed');
    expect(ran.junit).toContain(`<skipped message="${since}"/>`);
    expect(ran.junit).toContain('failures="0" errors="0" skipped="2"');
  });

  it('runs that one: checked out alone, with the API', async () => {
    const ran = await run(jobOf(request, 1, { platform: { GITHUB_API_URL: api.origin } }));
    expect(states(ran)).toEqual({ one: 'passed', two: 'unchanged' });
    expect(ran.main.exitCode).toBe(0);
    expect(api.urls).toEqual([`/repos/octo/example/git/trees/${request.base}?recursive=1`]);
    expect([ran.main.log, ran.main.summary, JSON.stringify(ran.result)].join('\n')).not.toContain(token);
  });

  it('runs both where the API does not say, and says so', async () => {
    const inputs = { 'github-token': 'another-token' };
    const ran = await run(jobOf(request, 1, { inputs, platform: { GITHUB_API_URL: api.origin } }));
    expect(states(ran)).toEqual({ one: 'passed', two: 'passed' });
    const [notice] = ran.main.annotations;
    expect(notice).toMatchObject({ level: 'notice', message: expect.stringContaining('everything runs, since') });
    expect(notice?.message).toContain('status 404');
    expect(ran.main.summary).toContain('Everything was run in spite of changed-only, since');
  });

  it('runs both on an event without a base, and without the input', async () => {
    const dispatched = await run(jobOf(request, null, { platform: { GITHUB_EVENT_NAME: 'workflow_dispatch' } }));
    expect(states(dispatched)).toEqual({ one: 'passed', two: 'passed' });
    const usual = await run(jobOf(request, null, { inputs: { 'changed-only': 'false' } }));
    expect(states(usual)).toEqual({ one: 'passed', two: 'passed' });
    expect(usual.result.changedOnly).toBeNull();
  });
});

describe('a pull request that changes no server', () => {
  it('passes with nothing to judge, and starts nothing', async () => {
    const ran = await run(jobOf(pullRequest(listed, { 'docs/a.md': 'A' }), null));
    expect(states(ran)).toEqual({ one: 'unchanged', two: 'unchanged' });
    expect(ran.main).toMatchObject({
      exitCode: 0,
      outputs: { conclusion: 'passed', total: '2', passed: '0', skipped: '2' },
    });
    expect(ran.main.summary).toContain('Nothing to judge: all 2 servers are unchanged since');
    expect(ran.main.log).not.toContain('w01 containers');
  });
});

describe('a pull request in a repository that is searched', () => {
  let registry: Registry;
  const found = (name: string) => ({
    [`packages/${name}/package.json`]: `${JSON.stringify({ name, version: '1.0.0', mcpName: `io.example/${name}`, bin: 'server.mjs' })}\n`,
    [`packages/${name}/server.mjs`]: `#!/usr/bin/env node\n${program('healthy.mjs')}`,
    [`packages/${name}/lib.mjs`]: program('lib.mjs'),
  });
  const files = {
    ...found('weather'),
    ...found('notes'),
    '.github/mcp-workflow.yml': 'version: 1\nrepositories: [.]\n',
  };
  beforeAll(async () => void (registry = await startRegistry([])));
  afterAll(() => registry.close());

  it('runs the server that it changes, from a checkout of the merge alone', async () => {
    const request = pullRequest(files, { 'packages/notes/data.txt': 'new' });
    const api = await serve(restApi(request.whole));
    const env = { npm_config_registry: registry.url };
    const ran = await run(jobOf(request, 1, { env, platform: { GITHUB_API_URL: api.origin } }));
    await api.close();
    expect(states(ran)).toEqual({ notes: 'passed', weather: 'unchanged' });
    expect(ran.main.exitCode).toBe(0);
  });
});
