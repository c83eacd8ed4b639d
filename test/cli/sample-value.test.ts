import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { sampleValue } from '../../src/cli/sample-value.ts';

const objectOf = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});

describe('sampleValue', () => {
  it.each([
    ['what the schema names, first of all', { const: 4, default: 5 }, 4],
    ['an example before a default', { type: 'string', examples: ['Paris'], default: 'x' }, 'Paris'],
    ['a default', { type: 'string', default: 'celsius' }, 'celsius'],
    ['the first word of an enumeration', { enum: ['a', 'b'] }, 'a'],
    ['only what is required', objectOf({ a: { type: 'string' }, b: { type: 'string' } }, ['a']), { a: 'text' }],
    ['a text of the right length', { type: 'string', minLength: 6, maxLength: 7 }, 'textxx'],
    ['a short text', { type: 'string', maxLength: 2 }, 'te'],
    ['a format', { type: 'string', format: 'date' }, '2026-01-31'],
    ['a number within its bounds', { type: 'integer', minimum: 10, maximum: 20 }, 10],
    ['a number below its bound', { type: 'number', maximum: -3 }, -3],
    ['a number above an excluded one', { type: 'integer', exclusiveMinimum: 4 }, 5],
    ['a multiple', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
    ['a list', { type: 'array', items: { type: 'boolean' }, minItems: 2 }, [false, false]],
    ['the first choice that is not null', { anyOf: [{ type: 'null' }, { type: 'integer' }] }, 1],
    ['one of several types', { type: ['null', 'string'] }, 'text'],
    ['a reference', { ...objectOf({ c: { $ref: '#/$defs/c' } }), $defs: { c: { enum: ['x'] } } }, { c: 'x' }],
    ['an empty object', { type: 'object' }, {}],
    ['nothing that a case would take for a reference', { type: 'string', examples: ['{{name}}'] }, 'text'],
    ['a property with an awkward name', objectOf({ ['__proto__']: { const: 1 } }), JSON.parse('{"__proto__": 1}')],
  ])('is %s', async (_, schema, expected) => {
    expect(sampleValue(schema)).toEqual({ value: expected });
    const validator = createSchemaValidator();
    expect(await validator.validate(schema, expected)).toEqual({ state: 'valid' });
    await validator.close();
  });

  it.each([
    ['a pattern', { type: 'string', pattern: '^(a+)+$' }],
    ['a reference elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['a reference to itself', { $ref: '#' }],
    ['a huge text', { type: 'string', minLength: 1e9 }],
    ['a huge list', { type: 'array', minItems: 1e9 }],
    ['no schema', null],
  ])('does not guess at %s', (_, schema) => {
    expect(sampleValue(schema)).toHaveProperty('missing');
  });

  it('takes any schema, says the same each time, and gives only JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('type', 'items', 'enum', 'required'), (value, key) => {
        const schema = { type: 'object', properties: { a: value, b: { [key]: value } }, required: ['a', 'b'] };
        const sample = sampleValue(schema);
        expect(sampleValue(schema)).toEqual(sample);
        expect(JSON.stringify(sample).length).toBeLessThan(100_000);
      }),
    );
  });
});
