import type { AssertionResult } from '../../result/model.ts';
import { type ResultAnswer, subjectOf } from '../answer.ts';
import { assertion, decide } from '../assertion.ts';
import { describeDifference, firstDifference } from '../difference.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { brief } from '../show.ts';

/** The value at the path equals `expected.value`; several selected values are compared as a list, none is a failure. */
export async function jsonPath(
  expected: { readonly path: string; readonly value: unknown },
  answer: ResultAnswer,
  validator: SchemaValidator,
): Promise<AssertionResult> {
  const kind = 'jsonPath';
  const path = expected.path.length <= 120 ? expected.path : `${expected.path.slice(0, 120)}…`;
  const { name, value: subject } = subjectOf(answer);
  const selection = await validator.select(expected.path, subject);
  if (selection.state === 'notChecked') {
    const message = `${path} was not checked: ${selection.reason}`;
    return assertion(kind, 'notChecked', { expected, actual: null, message });
  }
  const [first, ...others] = selection.values;
  if (selection.values.length === 0) {
    const message = `${path} selects nothing in ${name}, expected ${brief(expected.value)}; there is ${brief(subject, 200)}`;
    return assertion(kind, 'failed', { expected, actual: null, message });
  }
  const actual = others.length === 0 ? first : selection.values;
  const difference = firstDifference(expected.value, actual);
  const count = others.length === 0 ? '' : ` (${selection.values.length} values)`;
  return decide(kind, difference === null, {
    expected,
    actual,
    pass: `${path} in ${name} is ${brief(expected.value)}`,
    fail: difference === null ? '' : `${path} in ${name}${count} differs${describeDifference(difference)}`,
  });
}
