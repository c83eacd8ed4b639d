import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import { createJob, type Job } from './runner.ts';

let job: Job;
afterEach(() => job.remove());

describe('a configuration with mistakes', () => {
  it('is rejected at once, every mistake on its line, and nothing is started', async () => {
    job = createJob({
      files: {
        '.github/mcp-workflow.yml':
          'version: 1\nservers:\n  one:\n    sourse: npm:x\n    timeouts: { start: soon }\ncases:\n  - { id: a, server: two, tool: t }\n',
      },
    });
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.outputs).toMatchObject({ conclusion: 'error', total: '0' });
    const lines = main.annotations.map(({ properties }) => properties['line']);
    expect(lines).toEqual(expect.arrayContaining(['4', '5', '7']));
    expect(main.log).toContain('source');
    expect(main.log).not.toContain('    at ');
    expect(main.summary).toContain('mcp-workflow.yml:4');
  });

  it('a workspace without any says what to create', async () => {
    job = createJob();
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('.github/mcp-workflow.yml');
  });

  it('wrong inputs are named as inputs', async () => {
    job = createJob({ inputs: { concurrency: 'many', 'fail-on': 'sometimes', repositories: 'npm:x' } });
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('concurrency');
    expect(main.log).toContain('fail-on');
  });
});

describe('secrets', () => {
  const value = 'sesame-open-7f3a';
  const env = { TOKEN: { secret: 'MY_TOKEN' } };
  const echo = [
    { id: 'leaks', server: 'one', tool: 'env', args: { name: 'TOKEN' }, expect: { equals: 'something else' } },
  ];

  it('reach the server that they are granted to, and nothing that the action writes', async () => {
    job = jobWith({ one: { program: 'healthy', env } }, echo, {
      env: { MY_TOKEN: value },
      inputs: { secrets: 'MY_TOKEN' },
    });
    const main = await job.main();
    const result = WorkflowResult.parse(job.readResult());
    // The server had it: its answer, redacted, is what the failed assertion shows.
    expect(result.servers[0]?.cases[0]?.assertions.some((each) => JSON.stringify(each.actual).includes('***'))).toBe(
      true,
    );
    const written = [main.log.replaceAll(`::add-mask::${value}`, ''), main.summary, ...filesBelow(job.results)];
    for (const text of written) {
      for (const form of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)])
        expect(text).not.toContain(form);
    }
  });

  it('that were not granted skip their server, and the run is incomplete', async () => {
    job = jobWith({ one: { program: 'healthy', env } }, echo, { env: { MY_TOKEN: value } });
    const main = await job.main();
    expect(main.exitCode).toBe(1);
    expect(main.outputs['conclusion']).toBe('incomplete');
    expect(WorkflowResult.parse(job.readResult()).servers[0]).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('grant MY_TOKEN'),
    });
  });

  it('of the runner cannot be granted', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], { inputs: { secrets: 'ACTIONS_RUNTIME_TOKEN\nGITHUB_TOKEN' } });
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('ACTIONS_RUNTIME_TOKEN');
  });

  it('of the step do not reach a server that does not ask for them', async () => {
    job = jobWith(
      { one: { program: 'healthy' } },
      [{ id: 'env', server: 'one', tool: 'env', args: { name: 'MY_TOKEN' }, expect: { equals: '' } }],
      { env: { MY_TOKEN: value }, inputs: { secrets: 'MY_TOKEN' } },
    );
    expect((await job.main()).outputs).toMatchObject({ conclusion: 'passed' });
  });
});

describe('what is copied in', () => {
  const files = { 'data/file.txt': 'from the workspace', 'given/nested/file.txt': 'given' };
  const server = {
    program: 'reads-and-writes-files',
    work: { from: 'data', at: '/work' },
    mounts: [
      { from: 'data/file.txt', at: '/single/file.txt' },
      { from: 'given', at: '/given' },
    ],
  };
  const call = (id: string, tool: string, args: object, expected: object) => ({
    id,
    server: 'one',
    tool,
    args: { ...args },
    expect: { ...expected },
  });
  const write = (id: string, path: string, expected: object) =>
    call(id, 'write', { path, content: 'changed' }, expected);

  it('can be written in the work folder and nowhere else, and the workspace stays as it was', async () => {
    job = jobWith(
      { one: server },
      [
        call('reads-work', 'read', { path: '/work/file.txt' }, { equals: 'from the workspace' }),
        call('reads-file', 'read', { path: '/single/file.txt' }, { equals: 'from the workspace' }),
        call('reads-folder', 'read', { path: '/given/nested/file.txt' }, { equals: 'given' }),
        write('writes-work', '/work/file.txt', { equals: 'written' }),
        write('writes-file', '/single/file.txt', { isError: true, contains: 'EROFS' }),
        write('writes-folder', '/given/nested/file.txt', { isError: true, contains: 'EROFS' }),
        write('writes-its-own-code', 'healthy.mjs', { isError: true, contains: 'EROFS' }),
        write('writes-root', '/file.txt', { isError: true, contains: 'EROFS' }),
      ],
      { files },
    );
    const main = await job.main();
    expect(main.log).toContain('conclusion: passed');
    expect(main.outputs).toMatchObject({ conclusion: 'passed', passed: '8' });
    for (const [name, text] of Object.entries(files))
      expect(readFileSync(join(job.workspace, name), 'utf8')).toBe(text);
  });
});

describe('a workspace that came with a pull request', () => {
  const victim = () => join(job.workspace, '..', 'victim');
  const linked = (at: string) => {
    job = jobWith({ one: { program: 'floods-stderr' } }, [], { inputs: { 'results-directory': 'results' } });
    mkdirSync(join(job.workspace, dirname(at)), { recursive: true });
    symlinkSync(victim(), join(job.workspace, at));
  };

  it.each([
    'results/summary.md',
    'results/result.json.unfinished',
    'results/summary.md.unfinished',
    'results/logs.tar.gz',
  ])('a link at %s is never written through', async (at) => {
    linked(at);
    await job.main();
    await job.post();
    expect(existsSync(victim())).toBe(false);
  });

  it.each(['results', 'results/nested'])('a results folder behind a link at %s is refused', async (folder) => {
    job = jobWith({ one: { program: 'healthy' } }, [], { inputs: { 'results-directory': folder } });
    const outside = join(job.workspace, '..', 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(job.workspace, 'results'));
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('results-directory');
    await job.post();
    expect(readdirSync(outside)).toEqual([]);
  });

  it('keeps what the user has in the results folder', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], {
      inputs: { 'results-directory': '.' },
      files: { 'logs/mine.txt': 'mine' },
    });
    expect((await job.main()).outputs['conclusion']).toBe('passed');
    await job.post();
    expect(readFileSync(join(job.workspace, 'logs/mine.txt'), 'utf8')).toBe('mine');
  });
});

describe('one server that cannot be prepared', () => {
  it('is failed with the reason, and its neighbours are untouched', async () => {
    job = jobWith(
      {
        bad: { program: 'healthy', mounts: [{ from: 'locked.txt', at: '/given/locked.txt' }] },
        good: { program: 'healthy' },
      },
      [{ id: 'slow', server: 'good', tool: 'slow', args: { ms: 1500 }, expect: { contains: '1500' } }],
      { files: { 'locked.txt': 'x' } },
    );
    chmodSync(join(job.workspace, 'locked.txt'), 0o000);
    const main = await job.main();
    expect(main.exitCode).toBe(1);
    const [bad, good] = WorkflowResult.parse(job.readResult()).servers;
    expect(bad).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('locked.txt cannot be read (EACCES)'),
    });
    expect(good).toMatchObject({ state: 'passed', cases: [{ state: 'passed' }] });
    expect(leftovers([job])).toEqual([]);
  });
});

describe('a machine where the sandbox cannot be made', () => {
  const podmanThat = (script: string) => {
    job = createJob();
    const bin = join(job.temp, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'podman'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, 'podman'), 0o755);
    return jobWith({ one: { program: 'healthy' } }, [], { env: { PATH: `${bin}:${process.env['PATH']}` } });
  };

  it.each([
    ['too old', 'case "$1" in --version) echo podman version 3.4.4;; *) exit 125;; esac', /3\.4\.4 is too old/u],
    ['broken', 'echo "Error: something is wrong" >&2; exit 125', /something is wrong/u],
  ])('Podman %s: one sentence, exit 3, no verdict on the server', async (_what, script, sentence) => {
    const other = podmanThat(script);
    const main = await other.main();
    expect(main.exitCode).toBe(3);
    expect(main.outputs['conclusion']).toBe('error');
    expect(main.log).toMatch(sentence);
    expect(WorkflowResult.parse(other.readResult()).servers[0]?.state).toBe('error');
    other.remove();
  });

  it('XDG_RUNTIME_DIR missing: one sentence', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], { env: { XDG_RUNTIME_DIR: '' } });
    const main = await job.main();
    expect(main.exitCode).toBe(3);
    expect(main.log).toContain('XDG_RUNTIME_DIR');
  });

  it('a results folder that cannot be written is a mistake of the inputs', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], { inputs: { 'results-directory': '/proc/none' } });
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('results-directory');
  });
});

describe("triggers that run with the base repository's secrets", () => {
  const event = { GITHUB_EVENT_NAME: 'pull_request_target' };
  const git = (workspace: string, ...args: string[]) =>
    execFileSync('git', ['-C', workspace, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      encoding: 'utf8',
    }).trim();
  const commit = (workspace: string) => {
    git(workspace, 'init', '--quiet');
    git(workspace, 'add', '.');
    git(workspace, 'commit', '--quiet', '-m', 'base');
    return git(workspace, 'rev-parse', 'HEAD');
  };

  it('are refused when the workspace is not the commit that the event stands for', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], { platform: { ...event, GITHUB_SHA: 'f'.repeat(40) } });
    commit(job.workspace);
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('pull_request_target');
    expect(main.log).toContain('allow-untrusted-trigger');
  });

  it('run on exactly that commit, and not with a file changed over it', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], { platform: event });
    const sha = commit(job.workspace);
    job = job.with({ GITHUB_SHA: sha });
    expect((await job.main()).outputs['conclusion']).toBe('passed');
    writeFileSync(join(job.workspace, 'servers', 'healthy.mjs'), 'process.exit(0)');
    expect((await job.main()).exitCode).toBe(2);
  });

  it('are refused as well when the configuration is named by its whole path', async () => {
    const whole = jobWith({ one: { program: 'healthy' } }, [], { platform: { ...event, GITHUB_SHA: 'f'.repeat(40) } });
    commit(whole.workspace);
    job = createJob({
      workspace: whole.workspace,
      inputs: { config: join(whole.workspace, '.github/mcp-workflow.yml') },
      platform: { ...event, GITHUB_SHA: 'f'.repeat(40) },
    });
    expect((await job.main()).exitCode).toBe(2);
    whole.remove();
  });

  it('take names of files for names, whatever git would read into them', async () => {
    const config = (from: string) => ({ one: { program: 'healthy', mounts: [{ from, at: '/given' }] } });
    job = jobWith(config('data'), [], { platform: event, files: { 'data/x': 'x' } });
    const sha = commit(job.workspace);
    const put = jobWith(config(':(exclude)*'), [], { platform: event, files: { ':(exclude)*/x': 'x' } });
    cpSync(join(job.workspace, '.git'), join(put.workspace, '.git'), { recursive: true });
    job.remove();
    job = put.with({ GITHUB_SHA: sha });
    const main = await job.main();
    expect(main.exitCode).toBe(2);
    expect(main.log).toContain('pull_request_target');
  });

  it('run anyway where the user says so', async () => {
    job = jobWith({ one: { program: 'healthy' } }, [], {
      platform: { ...event, GITHUB_SHA: 'f'.repeat(40) },
      inputs: { 'allow-untrusted-trigger': 'true' },
    });
    expect((await job.main()).outputs['conclusion']).toBe('passed');
    expect(leftovers([job])).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
