import type { CallOutcome } from '../mcp/model.ts';
import { painter, type Paint } from '../report/paint.ts';
import { duration, size, textField } from '../report/words.ts';
import { logText, oneLine, printableJson } from '../text/untrusted.ts';

const mostBlocks = 1000;
const shown = { maxLine: 10_000, maxLines: 10_000 };

/** What came of a call, for a reader; ends with a line end. All of the server's text is neutralised. */
export function outcomeText(outcome: CallOutcome, color: boolean): string {
  const paint = painter(color);
  return `${[...linesOf(outcome, paint), paint('dim', duration(outcome.durationMs))].join('\n')}\n`;
}

/** The same for a program: everything that came over the wire. */
export function outcomeJson(tool: string, outcome: CallOutcome): string {
  return `${printableJson({ tool, ...outcome })}\n`;
}

function linesOf(outcome: CallOutcome, paint: Paint): string[] {
  switch (outcome.kind) {
    case 'result':
      return resultLines(outcome.result, paint);
    case 'protocolError':
      return [paint('red', `protocol error ${outcome.code}: ${oneLine(outcome.message, 2000)}`)];
    case 'timeout':
      return [paint('red', 'no answer in time: `--timeout` sets a longer one')];
    case 'closed':
    case 'lost':
      return [paint('red', oneLine(outcome.reason, 2000))];
    case 'aborted':
    default:
      return [paint('yellow', 'interrupted')];
  }
}

function resultLines(result: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  const { content, structuredContent, isError } = result;
  const blocks = Array.isArray(content) ? content.slice(0, mostBlocks).map((block: unknown) => blockText(block)) : [];
  const left = Array.isArray(content) ? content.length - blocks.length : 0;
  // Without either of them it is not what the protocol says: shown as it came.
  const odd = !Array.isArray(content) && structuredContent === undefined ? [logText(printableJson(result), shown)] : [];
  return [
    ...(isError === true ? [paint('red', 'the tool reports an error (isError: true)')] : []),
    ...blocks,
    ...(left > 0 ? [`and ${left} more blocks`] : []),
    ...odd,
    ...(structuredContent === undefined
      ? []
      : [paint('bold', 'structuredContent'), logText(printableJson(structuredContent), shown)]),
  ];
}

function blockText(block: unknown): string {
  const [type, text] = [textField(block, 'type') ?? 'block', textField(block, 'text')];
  if (type === 'text' && text !== null) return logText(text, shown);
  const data = textField(block, 'data');
  const facts = [
    type,
    textField(block, 'mimeType') ?? '',
    textField(block, 'name') ?? '',
    textField(block, 'uri') ?? '',
    data === null ? '' : size(Math.floor((data.length * 3) / 4)),
  ].filter((fact) => fact !== '');
  if (type !== 'resource') return `[${oneLine(facts.join(', '), 500)}]`;
  return `[resource]\n${logText(printableJson(block), shown)}`;
}
