import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/process/run.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from '../action/fixtures.ts';
import { leftovers } from '../action/leftovers.ts';
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

  it('is asked for again where nobody may get what its registry would not give, and logins are known wherever they lie', async () => {
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
    const logins = { auths: { [host]: { auth }, 'ghcr.io/acme': { auth } } };
    writeFileSync(join(folder, 'auth.json'), JSON.stringify(logins));
    process.env['CONTAINERS_REGISTRIES_CONF'] = registriesConf(folder, [host]);
    const present = `${host}/present:1`;
    await importImage(present, {});
    const { sandbox, sweep } = await openSandbox();
    const { signal } = new AbortController();
    try {
      await expect(sandbox.prepareImage(present, { signal, pullAlways: true })).rejects.toThrow(
        'is private or does not',
      );
      expect(asked).not.toContain(`Basic ${auth}`);
      expect(await sandbox.prepareImage(present, { signal })).toMatchObject({ given: present });
      const known = () =>
        Promise.all(
          [present, `${host}/x@sha256:0`, 'ghcr.io/acme/base:1', 'ghcr.io/other:1'].map((each) =>
            sandbox.builder.hasLogin(each),
          ),
        );
      expect(await known()).toEqual([false, false, false, false]);
      process.env['REGISTRY_AUTH_FILE'] = join(folder, 'auth.json');
      expect(await known()).toEqual([true, true, true, false]);
      await expect(sandbox.prepareImage(`${host}/absent:1`, { signal })).rejects.toThrow(
        `${host}/absent:1 could not be pulled`,
      );
      expect(asked).toContain(`Basic ${auth}`);
    } finally {
      delete process.env['REGISTRY_AUTH_FILE'];
      delete process.env['CONTAINERS_REGISTRIES_CONF'];
      registry.close();
      await sweep();
      await removeImages([present]);
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
