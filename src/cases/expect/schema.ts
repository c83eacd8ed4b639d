import { type ResultAnswer, subjectOf } from '../answer.ts';
import { assertion, decide, type Line } from '../assertion.ts';
import type { SchemaValidator } from '../schema-validator.ts';

/** structuredContent, else the text read as JSON, else the whole result is valid by the case's own JSON Schema. */
export async function schema(expected: unknown, answer: ResultAnswer, validator: SchemaValidator): Promise<Line> {
  const { name, value } = subjectOf(answer);
  const outcome = await validator.validate(expected, value);
  if (outcome.state === 'notChecked') {
    const message = `the schema was not checked: ${outcome.reason}`;
    return assertion('schema', 'notChecked', { expected, actual: value, message });
  }
  return decide('schema', outcome.state === 'valid', {
    expected,
    actual: value,
    pass: `${name} is valid by the schema`,
    fail: outcome.state === 'invalid' ? `${name} is not valid by the schema: ${outcome.errors.join('; ')}` : '',
  });
}
