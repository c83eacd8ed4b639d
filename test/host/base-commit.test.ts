import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseOfEvent } from '../../src/host/base-commit.ts';
import { commitFiles, git, makeRepository, temporaryFolder } from '../checkout/repository.ts';

const folder = temporaryFolder();
const workspace = join(folder, 'workspace');
let [old, base, head, merge] = ['', '', '', ''];

/** A pull request that was opened at `old`, when the base branch was there, and that is merged into `base`. */
beforeAll(() => {
  old = makeRepository(workspace, { a: '1' });
  git(workspace, ['checkout', '-q', '-b', 'change']);
  head = commitFiles(workspace, { b: '1' });
  git(workspace, ['checkout', '-q', 'main']);
  base = commitFiles(workspace, { c: '1' });
  git(workspace, ['merge', '-q', '--no-ff', '-m', 'merge', 'change']);
  merge = git(workspace, ['rev-parse', 'HEAD']);
});
afterAll(() => rmSync(folder, { recursive: true }));

const event = (name: string, payload: unknown, more: Record<string, string> = {}) => {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return baseOfEvent(workspace, { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path, GITHUB_SHA: merge, ...more });
};
const pullRequest = () => ({ pull_request: { base: { sha: old }, head: { sha: head } } });

describe('the commit that a job is compared with', () => {
  it('of a pull request is what it is merged into', async () => {
    expect(await event('pull_request', pullRequest())).toEqual({ revision: base });
  });

  it('is read from the merge also where its parents are not here', async () => {
    const shallow = join(folder, 'shallow');
    git(folder, ['clone', '-q', '--depth=1', `file://${workspace}`, shallow]);
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: join(folder, 'event.json'), GITHUB_SHA: merge };
    writeFileSync(env.GITHUB_EVENT_PATH, JSON.stringify(pullRequest()));
    expect(await baseOfEvent(shallow, env)).toEqual({ revision: base });
  });

  it("of a pull request whose head was checked out is the event's: its author names none", async () => {
    // A merge of the author's own, which looks as the platform's does.
    const mine = { pull_request: { base: { sha: old }, head: { sha: merge } } };
    expect(await event('pull_request', mine, { GITHUB_SHA: '1'.repeat(40) })).toEqual({ revision: old });
    const other = { pull_request: { base: { sha: old }, head: { sha: old } } };
    expect(await event('pull_request', other)).toEqual({ revision: old });
  });

  it.each([
    ['pull_request', () => pullRequest()],
    ['merge_group', () => ({ merge_group: { base_sha: old } })],
  ])(
    'of %s is not known where something else was checked out: a gate would be green whatever changed',
    async (name, payload) => {
      const known = await event(name, payload(), { GITHUB_SHA: '1'.repeat(40) });
      expect(known).toEqual({ unknown: `the workspace does not hold what \`${name}\` stands for` });
    },
  );

  it('of a merge group stands in the event', async () => {
    expect(await event('merge_group', { merge_group: { base_sha: old } })).toEqual({ revision: old });
  });

  it.each<[string, unknown, string]>([
    // What a red commit broke would be green with the next one.
    ['push', { before: '1'.repeat(40) }, 'nobody knows that the commit before a push has ever passed'],
    ['merge_group', { merge_group: { base_sha: '--upload-pack=x' } }, 'does not say'],
    ['pull_request', 'no JSON', 'does not say'],
    ['merge_group', [], 'does not say'],
    ['schedule', {}, '`schedule` changes nothing'],
    ['workflow_dispatch', {}, 'changes nothing'],
    // There the base itself lies in the workspace: nothing of it ever changes.
    ['pull_request_target', { pull_request: {} }, 'changes nothing'],
    ['workflow_run', {}, 'changes nothing'],
  ])('of %s is not known: %o', async (name, payload, why) => {
    expect(await event(name, payload)).toEqual({ unknown: expect.stringContaining(why) });
  });
});
