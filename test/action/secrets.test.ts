import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import type { Job, Stage } from './runner.ts';

const secret = 'k9/Q+z w"x\\Zü-77.(Lm%4';
const pin = '7391862405';
const base64 = (value: string) => Buffer.from(value).toString('base64');
const forms: Readonly<Record<string, string>> = {
  raw: secret,
  json: JSON.stringify(secret).slice(1, -1),
  url: encodeURIComponent(secret),
  'url in lower case': encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  form: new URLSearchParams({ q: secret }).toString().slice(2),
  base64: base64(secret),
  // Without what depends on the letters around it.
  'base64 after one byte': base64(`a${secret}`).slice(2, -4),
  'base64 after two bytes': base64(`ab${secret}`).slice(3, -4),
  'base64 for URLs': Buffer.from(secret).toString('base64url'),
  hex: Buffer.from(secret).toString('hex'),
  pin,
};

/** Podman under another name on PATH, which writes down what it is started with. */
function recordingPodman(): { path: string; calls: () => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-podman-'));
  const real = execFileSync('sh', ['-c', 'command -v podman'], { encoding: 'utf8' }).trim();
  const record = join(folder, 'calls');
  writeFileSync(record, '');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin', 'podman'),
    `#!/bin/sh\n{ printf '%s\\n' "$@"; echo; } >>'${record}'\nexec '${real}' "$@"\n`,
  );
  chmodSync(join(folder, 'bin', 'podman'), 0o755);
  return {
    path: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    calls: () => readFileSync(record, 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Arguments of every process that this user can see, as often as there is time for it. */
function watchArguments(): { end: () => string } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/u.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // It has ended.
      }
    }
  }, 50);
  return {
    end: () => {
      clearInterval(timer);
      return [...seen].join('\n');
    },
  };
}

function filesBelow(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]);
}

describe('a server that tells its secret wherever it can', () => {
  const podman = recordingPodman();
  let job: Job;
  let main: Stage;
  let post: Stage;
  let result: WorkflowResult;
  let written: Record<string, string>;

  beforeAll(async () => {
    const env = { TOKEN: { secret: 'MY_TOKEN' }, PIN: { secret: 'MY_PIN' } };
    const patient = { timeouts: { start: '60s', call: '60s', stop: '1s' } };
    const call = (id: string, tool: string, expected: Record<string, unknown>) => {
      return { id, server: 'tells', tool, expect: expected };
    };
    job = jobWith(
      {
        tells: { program: 'tells-its-secret', env, ...patient },
        exits: { program: 'tells-its-secret', args: ['exits'], env, ...patient },
      },
      [
        call('told', 'tell', { contains: 'something else', jsonPath: { '$.pin': 1 } }),
        call('told-whole', 'tell', { equals: 'something else' }),
        call('matched', 'tell', { matches: '^nothing', schema: { required: ['x'] } }),
        call('long', 'long', { contains: 'something else' }),
        call('long-whole', 'long', { equals: '-' }),
        call('failed', 'fail', { isError: false }),
        call('refused', 'refuse', { contains: 'x' }),
        call('unlisted', 'tel', {}),
      ],
      {
        env: { PATH: podman.path, MY_TOKEN: secret, MY_PIN: pin },
        inputs: { secrets: 'MY_TOKEN, MY_PIN' },
        platform: { RUNNER_DEBUG: '1' },
      },
    );
    const processes = watchArguments();
    main = await job.main();
    const seen = processes.end();
    result = WorkflowResult.parse(job.readResult());
    post = await job.post();
    const unpacked = join(job.results, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', join(job.results, 'logs.tar.gz'), '-C', unpacked]);
    const withoutMasks = (log: string) => log.replaceAll(/^::add-mask::.*$/gmu, '');
    written = {
      log: withoutMasks(main.log),
      'log of post': withoutMasks(post.log),
      summary: main.summary,
      outputs: JSON.stringify({ ...main.outputs, ...post.outputs }),
      'arguments of podman': podman.calls(),
      'arguments of all processes': seen,
      ...Object.fromEntries(filesBelow(job.results)),
    };
  });
  afterAll(() => {
    job.remove();
    podman.remove();
  });

  it('was heard: it had its secret, and everything of it is in the result, redacted', () => {
    const [tells, exits] = result.servers;
    expect(tells?.startup?.outcome).toBe('ok');
    expect(exits?.startup).toMatchObject({ outcome: 'auth_required', stderrTail: expect.stringContaining('***') });
    expect(tells?.tools.find(({ name }) => name === 'tell')).toMatchObject({ title: '***' });
    expect(tells?.cases).toHaveLength(8);
    expect(JSON.stringify(tells?.cases.find(({ id }) => id === 'told')?.assertions)).toContain('"actual":"***"');
    expect(Object.keys(written)).toEqual(
      expect.arrayContaining(['result.json', 'summary.md', 'junit.xml', 'cleanup.json', 'tells.stderr.log']),
    );
    expect(written['tells.stderr.log']).toContain('Bearer ***');
    expect(written['tells.stderr.log']).toContain('in pieces ***');
    expect(written['arguments of podman']).toContain('--env=TOKEN\n');
  });

  it.each(Object.entries(forms))('leaves nothing of it behind: %s', (_, form) => {
    // Also of one that was cut: neither its beginning nor its end.
    const parts = [form, form.slice(0, 8), form.slice(-8)];
    for (const [where, text] of Object.entries(written)) {
      const found = text.split('\n').filter((line) => parts.some((part) => line.includes(part)));
      expect({ where, found }).toEqual({ where, found: [] });
    }
  });

  it('leaves nothing else behind', () => {
    expect(post.exitCode).toBe(0);
    expect(main.strayCommands).toEqual([]);
    expect(leftovers([job])).toEqual([]);
  });
});
