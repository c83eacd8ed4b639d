import { type ResultAnswer, subjectOf } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { isEmpty } from '../empty.ts';
import { isRecord } from '../record.ts';
import { brief } from '../show.ts';

/** The answer has something in it, or nothing where `expected` is false. */
export function notEmpty(expected: boolean, answer: ResultAnswer): Line {
  const { name, value } = subjectOf(answer);
  const shown = name === 'the result' ? answer.text : value;
  return decide('notEmpty', hasNothing(answer) !== expected, {
    expected,
    actual: shown,
    pass: expected ? 'the answer is not empty' : 'the answer is empty',
    fail: expected
      ? `expected something in the answer, found ${brief(shown, 200)}`
      : `expected an empty answer, found ${brief(shown, 200)}`,
  });
}

function hasNothing(answer: ResultAnswer): boolean {
  const { view, result, request, text } = answer;
  if (request.kind === 'list' || request.kind === 'complete') return isEmpty(view.list(result)?.value);
  if (hasOtherContent(answer)) return false;
  if (request.kind === 'prompt') return isEmpty(text);
  const { name, value } = subjectOf(answer);
  if (name === 'the result') return isEmpty(text);
  return isEmpty(value) && (name === 'the text read as JSON' || saysNothing(text));
}

/** Servers write `[]`, `{}` and `null` for nothing. */
function saysNothing(text: string): boolean {
  return ['', '[]', '{}', 'null', '""'].includes(text.trim());
}

/** Images and the like, or a blob with bytes in it. */
function hasOtherContent({ view, request, result }: ResultAnswer): boolean {
  if (request.kind !== 'resource') {
    return (view.blocks(result) ?? []).some(({ type }) => type !== 'text');
  }
  const contents = result['contents'];
  return Array.isArray(contents) && contents.some((each) => isRecord(each) && !isEmpty(each['blob']));
}
