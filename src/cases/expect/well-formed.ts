import type { ResultAnswer } from '../answer.ts';
import { assertion, type Line } from '../assertion.ts';
import { isRecord } from '../record.ts';
import { brief } from '../show.ts';

/** @returns null where the result has the shape that the protocol gives this kind of request, else the failed `answer`. */
export function wellFormed({ request, result }: ResultAnswer): Line | null {
  const wrong = request.kind === 'list' ? wrongList(request.list, result) : checks[request.kind](result);
  if (wrong === null) return null;
  const asked =
    result['resultType'] === 'input_required' ? '; the server asks for input that the case has no answer for' : '';
  const found = wrong.found === undefined ? 'it is missing' : `found ${brief(wrong.found)}`;
  const message = `the result is not well formed: ${wrong.place} should be ${wrong.wanted}, ${found}${asked}`;
  return assertion('answer', 'failed', { expected: 'a well-formed result', actual: wrong.found, message });
}

interface Wrong {
  readonly place: string;
  readonly wanted: string;
  readonly found: unknown;
}

type Result = Readonly<Record<string, unknown>>;

/** MCP 2025-11-25, schema: ContentBlock, PromptMessage, ResourceContents, CompleteResult. */
const checks = {
  tool: (result: Result) => each('content', 'blocks', result['content'], wrongBlock),
  prompt: (result: Result) => each('messages', 'messages', result['messages'], wrongMessage),
  resource: (result: Result) => each('contents', 'contents', result['contents'], wrongContents),
  complete: ({ completion }: Result): Wrong | null =>
    isRecord(completion)
      ? each('completion.values', 'texts', completion['values'], (value) =>
          typeof value === 'string' ? null : { place: '', wanted: 'a text', found: value },
        )
      : { place: 'completion', wanted: 'an object with `values`', found: completion },
};

function wrongList(list: string, result: Result): Wrong | null {
  return each(list, 'objects', result[list], (entry) =>
    isRecord(entry) ? null : { place: '', wanted: 'an object', found: entry },
  );
}

function each(name: string, what: string, value: unknown, wrong: (item: unknown) => Wrong | null): Wrong | null {
  if (!Array.isArray(value)) return { place: name, wanted: `a list of ${what}`, found: value };
  for (const [index, item] of value.entries()) {
    const inner = wrong(item);
    if (inner !== null) return { ...inner, place: `${name}[${index}]${inner.place}` };
  }
  return null;
}

function wrongBlock(block: unknown): Wrong | null {
  if (!isRecord(block) || typeof block['type'] !== 'string') {
    return { place: '', wanted: 'an object with a string `type`', found: block };
  }
  return block['type'] === 'text' && typeof block['text'] !== 'string'
    ? { place: '', wanted: 'a text block with a string `text`', found: block }
    : null;
}

function wrongMessage(message: unknown): Wrong | null {
  if (!isRecord(message)) return { place: '', wanted: 'an object with `role` and `content`', found: message };
  const { role, content } = message;
  if (role !== 'user' && role !== 'assistant') return { place: '.role', wanted: '`user` or `assistant`', found: role };
  const inner = wrongBlock(content);
  return inner === null ? null : { ...inner, place: `.content${inner.place}` };
}

function wrongContents(contents: unknown): Wrong | null {
  if (!isRecord(contents) || typeof contents['uri'] !== 'string') {
    return { place: '', wanted: 'an object with a string `uri`', found: contents };
  }
  const holds = typeof contents['text'] === 'string' || typeof contents['blob'] === 'string';
  return holds ? null : { place: '', wanted: 'contents with a string `text` or `blob`', found: contents };
}
