import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseResult, ServerResult, WorkflowResult } from '../../src/result/model.ts';
import { WorkflowResult as Model } from '../../src/result/model.ts';
import { type FixtureServer, jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import type { Job, Stage } from './runner.ts';

// What is to time out does so soon; the others have time, since these machines are shared.
const short = { timeouts: { start: '6s', call: '4s', stop: '1s' } };
const patient = { timeouts: { start: '60s', call: '60s', stop: '1s' } };
const hostile: Record<string, FixtureServer> = {
  'never-answers': { program: 'never-answers', ...short },
  'exits-at-once': { program: 'exits-at-once', ...patient },
  'exits-with-message': { program: 'exits-with-message', ...patient },
  'needs-env': { program: 'needs-env', ...patient },
  'needs-args': { program: 'needs-args', ...patient },
  'exits-during-call': { program: 'exits-during-call', ...patient },
  'floods-stdout': { program: 'floods-stdout', args: ['no-newline'], ...patient },
  'one-huge-line': { program: 'one-huge-line', args: ['100'], ...patient },
  'garbage-before-json': { program: 'garbage-before-json', ...patient },
  'ignores-sigterm': { program: 'ignores-sigterm-and-stdin-close', ...patient },
  'leaves-children': { program: 'leaves-children-behind', args: ['600'], ...patient },
  'prints-commands': { program: 'prints-workflow-commands', ...patient },
  'endless-pages': { program: 'endless-pages', ...short },
  'catastrophic-pattern': { program: 'catastrophic-pattern', ...patient },
  'broken-tool': { program: 'broken-tool-in-list', ...patient },
};

const healthyCases = ['first', 'second', 'third'].map((id) => ({
  id,
  server: 'healthy',
  tool: 'add',
  args: { a: 2, b: 3 },
  expect: { contains: '5', jsonPath: { '$.sum': 5 } },
}));
const hostileCases = [
  { id: 'leaves', server: 'exits-during-call', tool: 'leave' },
  { id: 'leaves-again', server: 'exits-during-call', tool: 'leave' },
  { id: 'echoes', server: 'garbage-before-json', tool: 'echo', args: { message: 'x' }, expect: { contains: 'x' } },
  { id: 'leaves-a-child', server: 'leaves-children', tool: 'leave' },
  { id: 'says', server: 'prints-commands', tool: 'say', expect: { contains: 'never printed' } },
  { id: 'huge', server: 'one-huge-line', tool: 'huge' },
  { id: 'matches', server: 'catastrophic-pattern', tool: 'match' },
];

describe('hostile servers beside a healthy one, in one run', () => {
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;

  beforeAll(async () => {
    job = jobWith({ healthy: { program: 'healthy' }, ...hostile }, [...healthyCases, ...hostileCases], {
      inputs: { concurrency: '3' },
    });
    main = await job.main();
    result = Model.parse(job.readResult());
  });
  afterAll(() => job.remove());

  const server = (name: string): ServerResult => {
    const found = result.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not in the result:\n${main.log}`);
    return found;
  };
  const caseOf = (name: string, id: string): CaseResult | undefined =>
    server(name).cases.find((each) => each.id === id);

  it.each([
    ['never-answers', 'init_timeout'],
    ['exits-at-once', 'crashed'],
    ['exits-with-message', 'crashed'],
    ['needs-env', 'needs_env'],
    ['needs-args', 'needs_args'],
    ['floods-stdout', 'stdout_polluted'],
  ])('%s is failed as %s, with advice', (name, outcome) => {
    expect(server(name)).toMatchObject({ state: 'failed', startup: { outcome } });
    expect(server(name).startup?.advice).toMatch(/\w+ .*[.]$/u);
  });

  it('a server that leaves in the middle of a call fails that case, and is started again for the next', () => {
    expect(server('exits-during-call')).toMatchObject({ state: 'failed', startup: { outcome: 'ok' } });
    for (const id of ['leaves', 'leaves-again']) {
      expect(caseOf('exits-during-call', id)).toMatchObject({ state: 'failed' });
      expect(JSON.stringify(caseOf('exits-during-call', id))).toContain('exited with code 1');
    }
  });

  it('an answer of 100 MB in one line is dropped, and fails its case', () => {
    expect(caseOf('one-huge-line', 'huge')).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(caseOf('one-huge-line', 'huge'))).toContain('16 MiB');
  });

  it('garbage before the protocol is survived, and a finding', () => {
    expect(server('garbage-before-json')).toMatchObject({ state: 'passed' });
    expect(server('garbage-before-json').findings.map((finding) => finding.check)).toContain('stdout-clean');
  });

  it.each(['ignores-sigterm', 'leaves-children'])('%s passes and does not outlive the run', (name) => {
    expect(server(name)).toMatchObject({ state: 'passed' });
  });

  it('a list whose pages never end is cut off, and a finding', () => {
    expect(server('endless-pages').findings.map((finding) => finding.check)).toContain('list-ends');
  });

  it('a schema that backtracks for ever is not waited for', () => {
    expect(caseOf('catastrophic-pattern', 'matches')).toMatchObject({ state: 'failed' });
    expect(caseOf('catastrophic-pattern', 'matches')?.assertions.map((each) => each.kind)).toContain(
      'matchesOutputSchema',
    );
  });

  it('a server that lists a broken tool loses that tool, not the list', () => {
    const { tools, state } = server('broken-tool');
    expect(state).toBe('failed');
    expect(tools.filter((tool) => tool.state === 'passed').length).toBeGreaterThan(0);
    expect(tools.filter((tool) => tool.state === 'failed').length).toBeGreaterThan(0);
  });

  it('nothing that a server prints becomes a workflow command', () => {
    expect(server('prints-commands').cases).toMatchObject([{ state: 'failed' }]);
    expect(main.strayCommands).toEqual([]);
    const ours = main.annotations.filter(({ message }) => message.startsWith('from the server'));
    expect(ours).toEqual([]);
  });

  it('the healthy server is untouched by all of them', () => {
    expect(server('healthy')).toMatchObject({ state: 'passed', startup: { outcome: 'ok' } });
    expect(server('healthy').cases.map((each) => each.state)).toEqual(['passed', 'passed', 'passed']);
  });

  it('the run is failed, says so in outputs and exit code, and points at the lines of the file', () => {
    expect(main.exitCode).toBe(1);
    expect(main.outputs).toMatchObject({ conclusion: 'failed', total: '10', passed: '5', failed: '5' });
    const errors = main.annotations.filter((each) => each.level === 'error');
    expect(errors.length).toBeLessThanOrEqual(10);
    for (const { properties } of errors.slice(0, 9)) {
      expect(properties).toMatchObject({ file: '.github/mcp-workflow.yml', line: expect.stringMatching(/^\d+$/u) });
    }
    expect(errors.at(-1)?.message).toMatch(/\d+ more/u);
  });

  it('nothing is left, before post and after it', async () => {
    expect(leftovers([job])).toEqual([]);
    const post = await job.post();
    expect(post.exitCode).toBe(0);
    expect(leftovers([job])).toEqual([]);
  });
});
