import type { ResultAnswer } from '../answer.ts';
import { assertion, decide, type Line } from '../assertion.ts';
import { brief } from '../show.ts';
import type { Block } from '../view.ts';

const kind = 'contentTypes';

/** The content blocks have these types, in order; an entry with a slash is compared with the block's MIME type. */
export function contentTypes(expected: readonly string[], answer: ResultAnswer): Line {
  const blocks = answer.view.blocks(answer.result);
  if (blocks === null) {
    const message = `the answer to \`${answer.request.kind}\` has no content, so it has no types of content`;
    return assertion(kind, 'failed', { expected, actual: null, message });
  }
  const fits = blocks.length === expected.length && blocks.every((block, index) => isOf(block, expected[index] ?? ''));
  const actual = blocks.map((block, index) => describe(block, expected[index] ?? ''));
  return decide(kind, fits, {
    expected,
    actual,
    pass: `the content is ${brief(actual)}`,
    fail: `expected the content to be ${brief(expected)}, it is ${brief(actual)}`,
  });
}

function isOf(block: Block, wanted: string): boolean {
  if (!wanted.includes('/')) return block.type === wanted;
  const mimeType = block.mimeType?.toLowerCase() ?? '';
  // Parameters count only where they are asked for: `text/html` is also `text/html; charset=utf-8`.
  const essence = mimeType.split(';', 1)[0]?.trim();
  return mimeType === wanted.toLowerCase() || essence === wanted.toLowerCase();
}

function describe({ type, mimeType }: Block, wanted: string): string {
  return wanted.includes('/') && mimeType !== null ? mimeType : type;
}
