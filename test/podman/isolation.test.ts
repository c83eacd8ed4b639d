import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evidence, expectations, type Looked } from '../../src/sandbox/isolation.ts';
import type { Phase } from '../../src/sandbox/policy.ts';
import type { ContainerRequest, Sandbox } from '../../src/sandbox/sandbox.ts';
import { type OpenedSandbox, openSandbox } from './sandbox-fixture.ts';

const programs = ['probe.mjs', 'probes.mjs'].map((name) => {
  return { name, url: new URL(`../../src/sandbox/programs/${name}`, import.meta.url) };
});
const phases: readonly Phase[] = ['run', 'fetch', 'scripts', 'service', 'bridge', 'look'];

/** From inside each kind of container, by the list that the self-test and docs/SANDBOX.md are made from. */
describe.each(phases)('a container of the phase %s', (phase) => {
  let opened: OpenedSandbox;
  let seen: Evidence;
  const volumes = [{ at: '/srv/app', writable: phase === 'fetch' || phase === 'scripts' }];
  const looked: Looked = { phase, volumes };

  beforeAll(async () => {
    opened = await openSandbox();
    seen = await evidence(opened.sandbox, phase, volumes);
  });
  afterAll(() => opened.sweep());

  it.each(expectations.filter(({ except }) => except?.[phase] === undefined))('$id: $passes', ({ judge }) => {
    expect(judge(seen, looked)).toMatchObject({ state: 'passed' });
  });

  it.each(expectations.filter(({ except }) => except?.[phase] !== undefined))(
    '$id is not expected, and indeed it is not so',
    ({ judge }) => {
      expect(judge(seen, looked)).toMatchObject({ state: 'failed' });
    },
  );
});

async function evidence(sandbox: Sandbox, phase: Phase, mounts: Looked['volumes']): Promise<Evidence> {
  const uid = sandbox.nextUid();
  const volume = await sandbox.createVolume('tree', uid);
  const hostMounts = await Promise.all(programs.map(({ name, url }) => sandbox.placeOwnProgram(url, name)));
  const request: ContainerRequest = {
    phase,
    label: 'probe',
    image: sandbox.hostImage,
    uid,
    command: [sandbox.hostImage.node, '/opt/mcp-workflow/probe.mjs'],
    workdir: '/',
    volumes: mounts.map((mount) => ({ ...mount, volume })),
    hostMounts,
    resources: { cpus: 1, memory: 512 * 1024 ** 2, pids: 128, disk: 64 * 1024 ** 2 },
    timeoutSeconds: 60,
  };
  const { stdout, stderr } = await sandbox.run(request);
  expect(stderr).toBe('');
  return Evidence.parse(JSON.parse(stdout));
}

/** An attempt that is always refused would prove nothing. */
describe('the same program outside of any container', () => {
  it('sees what is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-probe-'));
    for (const { name, url } of programs) copyFileSync(fileURLToPath(url), join(folder, name));
    const listening = createServer().listen('\0mcp-workflow-probe');
    const output = execFileSync(process.execPath, [join(folder, 'probe.mjs')], {
      env: { ...process.env, HOME: folder, GITHUB_TOKEN: 'x' },
      encoding: 'utf8',
    });
    listening.close();
    const seen = Evidence.parse(JSON.parse(output));
    const failed = expectations.filter(({ judge }) => judge(seen, { phase: 'run', volumes: [] }).state === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'no-capabilities',
        'no-new-privileges',
        'seccomp',
        'no-engine',
        'no-foreign-processes',
        'no-devices',
        'read-only-code',
        'no-writable-mounts',
        'no-exec-in-tmp',
        'clean-environment',
      ]),
    );
    rmSync(folder, { recursive: true });
  });
});
