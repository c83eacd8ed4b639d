import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packFolder } from '../../src/checkout/pack.ts';
import { sweepById } from '../../src/sandbox/outside.ts';
import { type ContainerRequest, newRunId, Sandbox } from '../../src/sandbox/sandbox.ts';
import { leftovers } from '../action/leftovers.ts';
import { firstOutput } from './sandbox-fixture.ts';

const stepKey = randomBytes(5).toString('hex');
const resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 64, disk: 64 * 1024 ** 2 };
const { signal } = new AbortController();

describe('the sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    process.umask(0o022);
    sandbox = await Sandbox.create(newRunId(stepKey), {
      stepKey,
      env: process.env,
      resultsDirectory: tmpdir(),
      signal,
    });
  });
  afterAll(async () => {
    await sweepById(sandbox.runId, stepKey, process.env);
  });

  const request = (script: string, more: Partial<ContainerRequest> = {}): ContainerRequest => ({
    phase: 'run',
    label: 'test',
    image: sandbox.hostImage,
    uid: sandbox.nextUid(),
    command: ['node', '--eval', script],
    workdir: '/home/user',
    volumes: [],
    resources,
    timeoutSeconds: 30,
    ...more,
  });
  /** What a program inside prints as JSON. */
  const inside = async (expression: string, more: Partial<ContainerRequest> = {}): Promise<unknown> => {
    const program = `const fs = require('node:fs');
      const code = (work) => { try { work(); return 'allowed'; } catch (error) { return error.code; } };
      console.log(JSON.stringify(${expression}));`;
    const result = await sandbox.run(request(program, more));
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout);
  };

  it('proves its essential properties before anything else runs', () => {
    const { lines, broken } = sandbox.selfTest;
    expect(broken).toEqual([]);
    const passed = lines.filter((line) => line.state === 'passed').map((line) => line.id);
    expect(passed).toEqual(
      expect.arrayContaining([
        'not-root',
        'no-capabilities',
        'no-new-privileges',
        'seccomp',
        'no-network',
        'read-only-root',
        'no-exec-in-tmp',
      ]),
    );
  });

  it('shows nothing of the host but its programs', async () => {
    expect(await inside(`fs.readdirSync('/').sort()`)).not.toContain('root');
    expect(await inside(`fs.readdirSync('/home')`)).toEqual(['user']);
    expect(await inside(`['/usr/local/etc', '/home/user', '/tmp'].map((folder) => fs.readdirSync(folder))`)).toEqual([
      [],
      [],
      [],
    ]);
    expect(await inside(`fs.readFileSync('/etc/passwd', 'utf8').split('\\n').length`)).toBeLessThan(6);
  });

  it('gives an environment that was built, with secrets by name', async () => {
    const more = { env: { PLAIN: 'a' }, secretEnv: { SECRET: 'b' } };
    const environment = await inside('process.env', more);
    expect(environment).toMatchObject({ HOME: '/home/user', PLAIN: 'a', SECRET: 'b', TZ: 'UTC' });
    expect(Object.keys(environment as object).sort()).toEqual(
      expect.not.arrayContaining(['GITHUB_ACTIONS', 'CI', 'container', 'XDG_RUNTIME_DIR', 'MCP_WORKFLOW_RUN']),
    );
  });

  it('denies what a server has no business with', async () => {
    expect(
      await inside(`[
        code(() => process.setuid(0)), code(() => fs.mkdirSync('/x')), code(() => fs.writeFileSync('/proc/sys/kernel/hostname', 'x')),
        code(() => fs.readdirSync('/proc/1/fd')), code(() => fs.chownSync('/tmp', 0, 0)),
      ]`),
    ).toEqual(['EPERM', 'EROFS', 'EROFS', 'allowed', 'EPERM']);
  });

  it('stops a fork bomb at the limit of processes, without cgroups', async () => {
    const script = `const { spawn } = require('node:child_process'); let failed = 0; let started = 0;
      for (let n = 0; n < 100; n++) { const child = spawn('sleep', ['5']); child.on('error', () => failed++); child.on('spawn', () => started++); }
      setTimeout(() => { console.log(JSON.stringify({ failed, started })); process.exit(0); }, 1000);`;
    const result = await sandbox.run(request(script));
    expect(JSON.parse(result.stdout).failed).toBeGreaterThan(20);
  });

  it('bounds the size of a file', async () => {
    const tooLarge = `code(() => { process.on('SIGXFSZ', () => {}); const file = fs.openSync('/data/x', 'w'); for (let n = 0; n < 80; n++) fs.writeSync(file, Buffer.alloc(1024 ** 2)); })`;
    const uid = sandbox.nextUid();
    const volume = await sandbox.createVolume('data', uid);
    expect(await inside(tooLarge, { uid, volumes: [{ volume, at: '/data', writable: true }] })).toBe('EFBIG');
  });

  it('ends a container by itself when its time is over', async () => {
    const result = await sandbox.run(request('setInterval(() => {}, 1000)', { timeoutSeconds: 2 }));
    expect(result.ok).toBe(false);
    expect(result.timedOut).toBe(false);
    expect(result.durationMs).toBeLessThan(10_000);
  });

  it('hides the files of one server from another', async () => {
    const [first, second] = [sandbox.nextUid(), sandbox.nextUid()];
    const volume = await sandbox.createVolume('private', first);
    const mount = [{ volume, at: '/data', writable: true }];
    expect(await inside(`code(() => fs.writeFileSync('/data/mine', 'x'))`, { uid: first, volumes: mount })).toBe(
      'allowed',
    );
    expect(await inside(`code(() => fs.readFileSync('/data/mine'))`, { uid: second, volumes: mount })).toBe('EACCES');
  });

  it('copies a folder in without following its links', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-folder-'));
    const { symlinkSync, mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git', 'config'), 'token');
    writeFileSync(join(folder, 'file.txt'), 'content');
    symlinkSync('/etc/hostname', join(folder, 'link'));
    const uid = sandbox.nextUid();
    const volume = await sandbox.createVolume('copy', uid);
    const packed = packFolder(folder, { uid, leaveOut: (name) => name === '.git' });
    await sandbox.importVolume(volume, packed.tar, 30_000, signal);
    expect(await packed.digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
    const seen = await inside(
      `[fs.readdirSync('/data').sort(), fs.readlinkSync('/data/link'), fs.readFileSync('/data/file.txt', 'utf8')]`,
      {
        uid,
        volumes: [{ volume, at: '/data', writable: false }],
      },
    );
    expect(seen).toEqual([['file.txt', 'link'], '/etc/hostname', 'content']);
    rmSync(folder, { recursive: true });
  });

  it('kills a server that will not go, with all that it started', async () => {
    const script = `process.on('SIGTERM', () => {}); process.stdin.on('end', () => {}); process.stdin.resume();
      require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
      console.log('up'); setInterval(() => {}, 1000);`;
    const server = sandbox.start(request(script));
    await firstOutput(server);
    const rest = text(server.stdout);
    server.kill();
    expect(await server.exited).toMatchObject({ spawnError: null });
    await rest;
    expect(leftovers([{ stepKey }]).filter((line) => line.startsWith('container'))).toEqual([]);
  });

  it('is swept by several at a time, post and the runs beside it, without one in the way of another', async () => {
    const key = randomBytes(5).toString('hex');
    const options = { stepKey: key, env: process.env, resultsDirectory: tmpdir(), signal };
    const swept = await Sandbox.create(newRunId(key), options);
    for (const name of ['one', 'two']) await swept.createVolume(name, swept.nextUid());
    await firstOutput(
      swept.start({ ...request('console.log("up"); setInterval(() => {}, 1000)'), image: swept.hostImage }),
    );
    const sweeps = [0, 200, 400, 600].map((ms) => delay(ms).then(() => sweepById(swept.runId, key, process.env)));
    expect((await Promise.all(sweeps)).flat().filter((each) => !each.success)).toEqual([]);
    expect(leftovers([{ stepKey: key }])).toEqual([]);
  });

  it('ends a monitor that waits for a container to be started, which nobody will do any more', async () => {
    const wait = [
      '--eval',
      'console.log("up"); setInterval(() => {}, 1000)',
      '--',
      '-n',
      `${sandbox.runId}-run-9-test`,
    ];
    const other = [
      '--eval',
      'console.log("up"); setInterval(() => {}, 1000)',
      '--',
      '-n',
      'mcpw-0123456789-abcdef-run-9',
    ];
    const [mine, others] = [wait, other].map((args) => spawn(process.execPath, args, { argv0: '/usr/bin/conmon' }));
    if (mine === undefined || others === undefined) throw new Error('not started');
    await Promise.all([once(mine.stdout, 'data'), once(others.stdout, 'data')]);
    await sweepById(sandbox.runId, stepKey, process.env);
    if (mine.exitCode === null && mine.signalCode === null) await once(mine, 'exit');
    expect(mine.signalCode).toBe('SIGKILL');
    expect(others.signalCode).toBeNull();
    others.kill('SIGKILL');
  });

  it('is gone with everything of it after its sweep', async () => {
    const operations = await sweepById(sandbox.runId, stepKey, process.env);
    expect(operations.filter((each) => !each.success)).toEqual([]);
    expect(leftovers([{ stepKey }])).toEqual([]);
  });
});
