import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cut, openSoak, type Soak } from './soak.ts';

/** A few of what `script/soak` does by the hundred: somewhere in the run, another place each time. */
const cuts: Cut[] = ['kill', 'kill', 'kill', 'cancel', 'abandon'];

describe('a run that is cut short at a random moment', () => {
  let soak: Soak;
  beforeAll(async () => {
    soak = await openSoak();
  });
  afterAll(() => soak.close());

  it.each(cuts.map((cut, index) => ({ cut, part: (index + Math.random()) / cuts.length })))(
    'by $cut, after $part of its time, leaves nothing behind',
    async ({ cut, part }) => {
      const { problems, phase } = await soak.trial(cut, part * soak.durationMs);
      expect(problems, `cut in ${phase}`).toEqual([]);
    },
  );
});
