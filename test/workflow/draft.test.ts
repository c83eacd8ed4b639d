import { expect, test } from 'vitest';
import { cutOff, end, newDraft } from '../../src/workflow/draft.ts';
import { countsOf } from '../../src/result/counts.ts';
import { caseOf, serverOf } from '../cases/fixtures.ts';

const draftOf = () => newDraft(serverOf({ cases: [caseOf({}, { id: 'a' }), caseOf({}, { id: 'b' })] }));

test.each([
  ['failed', 'its server did not start'],
  ['error', 'its server did not start'],
  ['skipped', 'its server was skipped'],
] as const)('cases of a server that is %s before it ran are counted', (state, reason) => {
  const draft = draftOf();
  end(draft, state, 'why');
  expect(draft.result.cases).toMatchObject([
    { id: 'a', state: 'skipped', reason },
    { id: 'b', state: 'skipped', reason },
  ]);
  expect(countsOf([draft.result]).cases.skipped).toBe(2);
});

test('what has its verdict is not changed by being cut off later', () => {
  const draft = draftOf();
  end(draft, 'failed', 'why');
  cutOff(draft, 'SIGINT');
  expect(draft.result).toMatchObject({ state: 'failed', reason: 'why' });
  expect(draft.result.cases).toHaveLength(2);
});
