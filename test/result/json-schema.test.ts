import { Ajv2020 } from 'ajv/dist/2020.js';
import * as addFormatsModule from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { resultJsonSchema } from '../../src/result/json-schema.ts';
import * as make from '../report/results.ts';

const ajv = new Ajv2020({ strict: false });
addFormatsModule.default.default(ajv);
const validate = ajv.compile(resultJsonSchema());

describe('resultJsonSchema', () => {
  it('accepts what the model accepts', () => {
    expect(validate(JSON.parse(JSON.stringify(make.aTypicalResult())))).toBe(true);
  });

  it.each([
    { conclusion: 'green' },
    { servers: [{ name: 'x' }] },
    { startedAt: 'yesterday' },
    { schemaVersion: 2 },
    { unknownKey: 1 },
    { durationMs: -1 },
  ])('rejects %j', (change) => {
    expect(validate({ ...make.aTypicalResult(), ...change })).toBe(false);
  });
});
