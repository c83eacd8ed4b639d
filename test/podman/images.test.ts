import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/process/run.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from '../action/fixtures.ts';
import { leftovers } from '../action/leftovers.ts';
import { anonymousEnvironment } from '../../src/sandbox/anonymous.ts';
import { imageIsHere } from '../../src/sandbox/outside.ts';
import { registriesConf } from './registry.ts';
import { openSandbox } from './sandbox-fixture.ts';
import { importImage, removeImages, testTag } from './test-image.ts';

const image = testTag('node');

describe('a named image', () => {
  beforeAll(() => importImage(image, { node: true }));
  afterAll(() => removeImages([image]));

  it('is used as named, its digest recorded, and stays on the machine', async () => {
    const job = jobWith({ one: { program: 'healthy', image } }, [
      { id: 'adds', server: 'one', tool: 'add', args: { a: 1, b: 2 }, expect: { contains: '3' } },
    ]);
    const main = await job.main();
    expect(main.log).toContain('conclusion: passed');
    const [server] = WorkflowResult.parse(job.readResult()).servers;
    expect(server?.image).toMatchObject({ given: image, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u) });
    expect((await runCommand('podman', ['image', 'exists', image], { deadlineMs: 30_000 })).ok).toBe(true);
    expect(leftovers([job])).toEqual([]);
    job.remove();
  });

  it('is known to be on the machine, and another not to be', async () => {
    expect(await imageIsHere(image)).toBe(true);
    expect(await imageIsHere('localhost/nothing-of-this-name:1')).toBe(false);
  });

  it('is asked for without the logins of this machine, wherever they lie, where nobody may get what others may not', async () => {
    const asked: (string | undefined)[] = [];
    const auth = Buffer.from('somebody:secret').toString('base64');
    const registry = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === `Basic ${auth}` ? 404 : 401, {
        'www-authenticate': 'Basic realm="tests"',
      });
      response.end('{}');
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-logins-'));
    const settings = registriesConf(folder, [host]);
    const logins = JSON.stringify({ auths: { [host]: { auth } } });
    const present = `${host}/present:1`;
    const kept = { ...process.env };
    // Images and settings of this user, but a home of the test's for logins.
    const config = join(folder, '.config');
    mkdirSync(join(config, 'containers'), { recursive: true });
    mkdirSync(join(folder, '.docker'));
    const own = join(kept['HOME'] ?? '', '.config', 'containers', 'storage.conf');
    if (existsSync(own)) symlinkSync(own, join(config, 'containers', 'storage.conf'));
    process.env['XDG_DATA_HOME'] ??= join(kept['HOME'] ?? '', '.local', 'share');
    Object.assign(process.env, { HOME: folder, XDG_CONFIG_HOME: config, CONTAINERS_REGISTRIES_CONF: settings });
    await importImage(present, {});
    const { sandbox, sweep } = await openSandbox();
    const { signal } = new AbortController();
    try {
      for (const file of ['auth.json', '.docker/config.json', '.config/containers/auth.json']) {
        process.env['REGISTRY_AUTH_FILE'] = join(folder, 'auth.json');
        writeFileSync(join(folder, file), logins);
        const anonymous = await anonymousEnvironment(await sandbox.freshFolder('a'));
        await expect(sandbox.prepareImage(present, { signal, anonymous })).rejects.toThrow('is private or does not');
        expect(await sandbox.builder.hasLogin(present, anonymous)).toBe(false);
        rmSync(join(folder, file));
      }
      expect(asked.length).toBeGreaterThan(0);
      expect(asked).not.toContain(`Basic ${auth}`);
      expect(await sandbox.prepareImage(present, { signal })).toMatchObject({ given: present });
      // Whoever may use it as this user may, gets it with the login.
      writeFileSync(join(folder, 'auth.json'), logins);
      await expect(sandbox.prepareImage(`${host}/absent:1`, { signal })).rejects.toThrow('/absent:1');
      expect(asked).toContain(`Basic ${auth}`);
      // A program that logs in by itself cannot be taken away; that it is there is known, also where it fails.
      const program = join(folder, 'docker-credential-testing');
      process.env['PATH'] = `${folder}:${kept['PATH']}`;
      writeFileSync(settings, `credential-helpers = ["testing"]\n${readFileSync(settings, 'utf8')}`);
      for (const answer of [`echo '{"ServerURL":"x","Username":"a","Secret":"b"}'`, 'echo broken; exit 1']) {
        writeFileSync(program, `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
        const anonymous = await anonymousEnvironment(await sandbox.freshFolder('a'));
        expect(await sandbox.builder.hasLogin(`${present}@sha256:0`, anonymous)).toBe(true);
      }
    } finally {
      await sweep();
      await removeImages([present]);
      for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
      Object.assign(process.env, kept);
      registry.close();
      rmSync(folder, { recursive: true });
    }
  });

  it("that cannot be had is infrastructure, with podman's own reason", async () => {
    const job = jobWith({ one: { program: 'healthy', image: 'registry.invalid/none:1' }, two: { program: 'healthy' } });
    const main = await job.main();
    expect(main.exitCode).toBe(3);
    const [one, two] = WorkflowResult.parse(job.readResult()).servers;
    expect(one).toMatchObject({
      state: 'error',
      reason: expect.stringContaining('registry.invalid/none:1 could not be pulled'),
    });
    expect(two).toMatchObject({ state: 'passed' });
    job.remove();
  });
});
