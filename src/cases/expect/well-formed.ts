import type { AssertionResult } from '../../result/model.ts';
import { isRecord, type ResultAnswer } from '../answer.ts';
import { assertion } from '../assertion.ts';
import { brief } from '../show.ts';

/** @returns null where `content` is a list of blocks as the protocol has it, else the failed assertion `answer`. */
export function wellFormed({ result }: ResultAnswer): AssertionResult | null {
  const content = result['content'];
  if (!Array.isArray(content)) {
    const asked =
      result['resultType'] === 'input_required' ? '; the server asks for input, which a case cannot give' : '';
    const found = content === undefined ? 'it is missing' : `found ${brief(content)}`;
    return broken(content, `content should be a list of blocks, ${found}${asked}`);
  }
  for (const [index, block] of content.entries()) {
    const wanted = problemOf(block);
    if (wanted !== null) return broken(block, `content[${index}] should be ${wanted}, found ${brief(block)}`);
  }
  return null;
}

function problemOf(block: unknown): string | null {
  if (!isRecord(block) || typeof block['type'] !== 'string') return 'an object with a string `type`';
  return block['type'] === 'text' && typeof block['text'] !== 'string' ? 'a text block with a string `text`' : null;
}

function broken(actual: unknown, what: string): AssertionResult {
  const message = `the result is not well formed: ${what}`;
  return assertion('answer', 'failed', { expected: 'a well-formed result', actual, message });
}
