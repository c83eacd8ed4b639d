import { execFileSync } from 'node:child_process';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/process/run.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from '../action/fixtures.ts';
import { leftovers } from '../action/leftovers.ts';

const image = 'localhost/mcp-workflow-test-node:24';

/** An image as a user would name one, made of this machine's Node and the libraries that it is linked with. */
async function makeNodeImage(): Promise<void> {
  const node = realpathSync(process.execPath);
  const libraries = [...execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/gu)].map(
    (match) => match[1] ?? '',
  );
  const tar = pack();
  const filled = (async () => {
    for (const folder of ['tmp', 'usr/bin', 'proc', 'sys', 'dev', 'etc', 'home'])
      tar.entry({ name: folder, type: 'directory', mode: 0o755 });
    for (const [name, file] of [
      ['usr/bin/node', node] as const,
      ...libraries.map((path) => [path.slice(1), path] as const),
    ]) {
      const { size } = statSync(realpathSync(file));
      await pipeline(createReadStream(file), tar.entry({ name, size, mode: 0o755 }));
    }
    tar.finalize();
  })();
  const result = await runCommand('podman', ['import', '--quiet', '-', image], {
    deadlineMs: 120_000,
    input: Readable.from(tar),
  });
  await filled;
  expect(result.stderr).toBe('');
}

describe('a named image', () => {
  beforeAll(makeNodeImage);
  afterAll(async () => {
    await runCommand('podman', ['image', 'rm', '--force', image], { deadlineMs: 60_000 });
  });

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
