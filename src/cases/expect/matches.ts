import type { AssertionResult } from '../../result/model.ts';
import type { ResultAnswer } from '../answer.ts';
import { assertion, decide } from '../assertion.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { brief } from '../show.ts';

/** UTF-16 units of the text that are searched. */
const searched = 256 * 1024;

/** The pattern is found somewhere in the text. It runs in the validator's thread: patterns backtrack, texts are hostile. */
export async function matches(
  expected: string,
  { text }: ResultAnswer,
  validator: SchemaValidator,
): Promise<AssertionResult> {
  const seen = text.slice(0, searched);
  const search = await validator.search(expected, seen);
  const shown = brief(expected);
  const unchecked = (why: string) =>
    assertion('matches', 'notChecked', { expected, actual: text, message: `${shown} was not checked: ${why}` });
  if (search.state === 'notChecked') return unchecked(search.reason);
  // Where the text was cut, a match that reaches the cut may be none, and none may be one.
  const found = search.state === 'found' && (seen.length === text.length || search.end < seen.length);
  if (!found && seen.length < text.length) {
    return unchecked(
      `it is not in the first 256 KiB of the text, and no more of the ${text.length} characters is searched`,
    );
  }
  return decide('matches', found, {
    expected,
    actual: text,
    pass: `the text matches ${shown}`,
    fail: `the text does not match ${shown}; it is ${text === '' ? 'empty' : brief(text, 240)}`,
  });
}
