import type { Matchers, PathExpectation } from '../../config/model.ts';
import { type ResultAnswer, subjectOf } from '../answer.ts';
import { assertion, decide, type Line } from '../assertion.ts';
import { describeDifference, firstDifference } from '../difference.ts';
import { firstUnmet, type Unmet } from '../matchers.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { select } from '../select.ts';
import { brief } from '../show.ts';

const kind = 'jsonPath';

/** Of the values that one path selects, each may be good for a second in the validator's thread: not all may take so long. */
const allMatchersMs = 5000;

export interface PathWish {
  readonly path: string;
  readonly wish: PathExpectation;
}

interface Selected {
  readonly expected: unknown;
  /** As it is shown. */
  readonly path: string;
  readonly subject: { readonly name: string; readonly value: unknown };
  readonly values: readonly unknown[];
}

/** What the path selects is as wished; where nothing was wished to be absent, selecting nothing is a failure. */
export async function jsonPath(
  { path, wish }: PathWish,
  answer: ResultAnswer,
  validator: SchemaValidator,
): Promise<Line> {
  const expected = { path, ...(wish.kind === 'value' ? { value: wish.value } : { matchers: wish.matchers }) };
  const shown = path.length <= 120 ? path : `${path.slice(0, 120)}…`;
  const subject = subjectOf(answer);
  const selection = await select(path, subject.value, validator);
  if (selection.state === 'notChecked') {
    const message = `${shown} was not checked: ${selection.reason}`;
    return assertion(kind, 'notChecked', { expected, actual: null, message });
  }
  const selected = { expected, path: shown, subject, values: selection.values };
  if (wish.kind === 'matchers' && wish.matchers.exists === false) return isAbsent(selected);
  if (selection.values.length === 0) return selectsNothing(selected, wish);
  return wish.kind === 'value' ? isValue(selected, wish.value) : passesAll(selected, wish.matchers, validator);
}

function isAbsent({ expected, path, subject, values }: Selected): Line {
  return decide(kind, values.length === 0, {
    expected,
    actual: actualOf(values),
    pass: `${path} selects nothing in ${subject.name}`,
    fail: `${path} in ${subject.name} should not exist, it is ${brief(actualOf(values))}`,
  });
}

function selectsNothing({ expected, path, subject }: Selected, wish: PathExpectation): Line {
  const wanted = wish.kind === 'value' ? brief(wish.value) : brief(wish.matchers);
  const message = `${path} selects nothing in ${subject.name}, expected ${wanted}; there is ${brief(subject.value, 200)}`;
  return assertion(kind, 'failed', { expected, actual: null, message });
}

/** Several selected values are compared as a list. */
function isValue({ expected, path, subject, values }: Selected, value: unknown): Line {
  const actual = actualOf(values);
  const difference = firstDifference(value, actual);
  const count = values.length === 1 ? '' : ` (${values.length} values)`;
  return decide(kind, difference === null, {
    expected,
    actual,
    pass: `${path} in ${subject.name} is ${brief(value)}`,
    fail: difference === null ? '' : `${path} in ${subject.name}${count} differs${describeDifference(difference)}`,
  });
}

async function passesAll(selected: Selected, matchers: Matchers, validator: SchemaValidator): Promise<Line> {
  const { expected, path, subject, values } = selected;
  const until = performance.now() + allMatchersMs;
  const place = `${path} in ${subject.name}`;
  for (const [index, value] of values.entries()) {
    const unmet: Unmet | null =
      performance.now() > until
        ? { unchecked: `only ${index} of ${values.length} values could be looked at in ${allMatchersMs / 1000} s` }
        : await firstUnmet(value, matchers, validator);
    if (unmet === null) continue;
    const which = values.length === 1 ? '' : ` (value ${index + 1} of ${values.length})`;
    if ('unchecked' in unmet) {
      const message = `${place}${which} was not checked: ${unmet.unchecked}`;
      return assertion(kind, 'notChecked', { expected, actual: value, message });
    }
    return assertion(kind, 'failed', { expected, actual: value, message: `${place}${which} ${unmet.unmet}` });
  }
  const message = `${place} is as expected`;
  return assertion(kind, 'passed', { expected, actual: actualOf(values), message });
}

function actualOf(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}
