import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/process/run.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { jobWith } from '../action/fixtures.ts';
import { leftovers } from '../action/leftovers.ts';
import { imageIsHere } from '../../src/sandbox/outside.ts';
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
