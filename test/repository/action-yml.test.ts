import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputNames } from '../../src/config/input-names.ts';
import { readInputs } from '../../src/config/inputs.ts';
import { defaultOutputs } from '../../src/report/outputs.ts';
import { Conclusion } from '../../src/result/model.ts';

interface Typed {
  readonly type: string;
  readonly 'allowed-values'?: readonly string[];
}

interface Manifest<T> {
  readonly inputs: Readonly<Record<string, T>>;
  readonly outputs: Readonly<Record<string, T>>;
}

const root = join(import.meta.dirname, '../..');
const action: Manifest<{ default?: string }> = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
const types: Manifest<Typed> = parse(readFileSync(join(root, 'action-types.yml'), 'utf8'));

describe('action.yml', () => {
  it('has the inputs that are read, and the outputs that are set', () => {
    expect(Object.keys(action.inputs)).toEqual([...inputNames]);
    expect(Object.keys(action.outputs)).toEqual(Object.keys(defaultOutputs()));
  });

  // The runner reads an unquoted default as YAML first: 1.10 would become 1.1.
  it('has only texts as defaults', () => {
    const defaults = Object.values(action.inputs).map((input) => input.default);
    expect(defaults.filter((value) => typeof value !== 'string')).toEqual([]);
  });
});

describe('action-types.yml', () => {
  it.each(['inputs', 'outputs'] as const)('names exactly the %s of action.yml', (part) => {
    expect(Object.keys(types[part])).toEqual(Object.keys(action[part]));
  });

  it('knows only the types there are', () => {
    const known = ['string', 'boolean', 'integer', 'float', 'list', 'enum'];
    const all = [...Object.values(types.inputs), ...Object.values(types.outputs)];
    expect(all.map(({ type }) => type).filter((type) => !known.includes(type))).toEqual([]);
  });

  it('allows the words that the action knows', () => {
    expect(types.outputs['conclusion']?.['allowed-values']).toEqual(Conclusion.options);
    for (const value of types.inputs['fail-on']?.['allowed-values'] ?? [])
      expect(readInputs({ 'fail-on': value })).toMatchObject({ ok: true, inputs: { failOn: value } });
  });

  it('gives a default of its type to every flag and every choice', () => {
    const allowed = (typed: Typed) => (typed.type === 'boolean' ? ['true', 'false'] : typed['allowed-values']);
    const wrong = Object.entries(types.inputs).filter(
      ([name, typed]) => allowed(typed)?.includes(action.inputs[name]?.default ?? '') === false,
    );
    expect(wrong).toEqual([]);
  });
});
