import { expect, it } from 'vitest';
import { foreignFields } from '../../src/result/foreign-fields.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { unknownKeys } from './arbitrary.ts';

it('foreign fields are those that the model calls unknown', () => {
  expect([...foreignFields].sort()).toEqual([...unknownKeys(WorkflowResult)].sort());
});
