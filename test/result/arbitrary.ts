import * as fc from 'fast-check';
import type * as z from 'zod';
import { WorkflowResult } from '../../src/result/model.ts';
import { hostileText } from '../text/hostile.ts';

/**
 * Whole results, made from the model itself: every text that is not one of our own words is `text`, every value of
 * unknown shape is JSON made of it. A field that is new in the model is in here by itself.
 */
export function anyResult(text: fc.Arbitrary<string> = foreignText): fc.Arbitrary<WorkflowResult> {
  return fromModel(WorkflowResult, text).map((value) => WorkflowResult.parse(value));
}

/** Hostile, and now and then long: what stands there must fit all the same. */
const foreignText = fc.oneof(
  { weight: 9, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.tuple(hostileText, fc.integer({ min: 1, max: 400 })).map(([one, n]) => one.repeat(n)) },
);

/** @returns the keys of the model that hold values of any shape */
export function unknownKeys(schema: z.core.$ZodType): Set<string> {
  const found = new Set<string>();
  const visit = (type: z.core.$ZodType, key: string): void => {
    const def = definitionOf(type);
    if (def.type === 'unknown') found.add(key);
    if (def.type === 'object') for (const [name, field] of Object.entries(def.shape)) visit(field, name);
    if (def.type === 'array') visit(def.element, key);
    if (def.type === 'nullable' || def.type === 'optional') visit(def.innerType, key);
  };
  visit(schema, '');
  return found;
}

type Definition = z.core.$ZodTypes['_zod']['def'];

function definitionOf(schema: z.core.$ZodType): Definition {
  return (schema as z.core.$ZodTypes)._zod.def;
}

function fromModel(schema: z.core.$ZodType, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const def = definitionOf(schema);
  const inner = (type: z.core.$ZodType) => fromModel(type, text);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the model needs few of them; others throw
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).map(([name, type]) => [name, inner(type)] as const);
      return fc.record(Object.fromEntries(fields));
    }
    case 'array':
      return fc.array(inner(def.element), { maxLength: 3 });
    case 'record':
      return fc.dictionary(text, inner(def.valueType), { maxKeys: 2 });
    case 'nullable':
      return fc.option(inner(def.innerType), { freq: 3 });
    case 'optional':
      return fc.option(inner(def.innerType), { nil: undefined });
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'string':
      return 'format' in def ? fc.constant('2026-09-01T10:00:00.000Z') : text;
    case 'number':
      return fc.nat(5_000_000);
    case 'boolean':
      return fc.boolean();
    case 'unknown':
      return fc.oneof(text, fc.object({ key: text, values: [text, fc.integer(), fc.constant(null)], maxDepth: 2 }));
    default:
      throw new Error(`the model has a ${def.type}, of which nothing is known here`);
  }
}
