import type { ResultAnswer } from '../answer.ts';
import { assertion, decide, type Line } from '../assertion.ts';
import { findPattern } from '../pattern.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { brief } from '../show.ts';

/** The pattern is found somewhere in the text. */
export async function matches(expected: string, { text }: ResultAnswer, validator: SchemaValidator): Promise<Line> {
  const shown = brief(expected);
  const search = await findPattern(expected, text, validator);
  if ('unchecked' in search) {
    const message = `${shown} was not checked: ${search.unchecked}`;
    return assertion('matches', 'notChecked', { expected, actual: text, message });
  }
  return decide('matches', search.found, {
    expected,
    actual: text,
    pass: `the text matches ${shown}`,
    fail: `the text does not match ${shown}; it is ${text === '' ? 'empty' : brief(text, 240)}`,
  });
}
