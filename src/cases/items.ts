import { type ResultAnswer, subjectOf } from './answer.ts';
import { assertion, decide, type Line } from './assertion.ts';
import { isRecord } from './record.ts';
import { brief } from './show.ts';

/** `minItems` and `maxItems`: the list that the answer is, or that its value holds as its only one, has so many items. */
export function countItems(kind: 'minItems' | 'maxItems', expected: number, answer: ResultAnswer): Line {
  const list = listIn(answer);
  if (!('items' in list)) {
    const message = `there is no list to count: ${list.none}`;
    return assertion(kind, 'failed', { expected, actual: null, message });
  }
  const actual = list.items.length;
  const limit = kind === 'minItems' ? 'at least' : 'at most';
  return decide(kind, kind === 'minItems' ? actual >= expected : actual <= expected, {
    expected,
    actual,
    pass: `${counted(actual)} in ${list.name}, ${limit} ${expected}`,
    fail: `${counted(actual)} in ${list.name}, expected ${limit} ${expected}`,
  });
}

function counted(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}

type ListIn = { readonly name: string; readonly items: readonly unknown[] } | { readonly none: string };

function listIn(answer: ResultAnswer): ListIn {
  const { name, value } = answer.view.list(answer.result) ?? subjectOf(answer);
  if (Array.isArray(value)) return { name, items: value };
  // Blocks of text are no items: one that says "nothing found" would count as one.
  if (name === 'the result') return { none: `the text is no JSON, it is ${brief(answer.text, 200)}` };
  const lists = isRecord(value) ? Object.entries(value).filter(([, member]) => Array.isArray(member)) : [];
  const [only, ...others] = lists;
  if (only === undefined) return { none: `${name} is ${brief(value, 200)}` };
  if (others.length > 0) {
    const names = lists.slice(0, 5).map(([key]) => brief(key, 40));
    return {
      none: `${name} holds ${lists.length} of them (${names.join(', ')}); \`jsonPath\` with \`minItems\` says which`,
    };
  }
  const [key, items] = only;
  return { name: `${brief(key, 40)} in ${name}`, items: Array.isArray(items) ? items : [] };
}
