import type { SchemaValidator } from '../cases/schema-validator.ts';
import type { CallOutcome, Session } from '../mcp/model.ts';
import type { ToolResult } from '../result/model.ts';
import { commonOf, expectationsOf } from './first-expectations.ts';
import { isRecord } from './json-value.ts';
import { sampleValue } from './sample-value.ts';

/** A case in the form of a case file. */
export interface WrittenCase {
  readonly id: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly mutates?: true;
}

/** `ready`: what it expects was seen to hold. `suggestion`: for the user to complete, and why. */
export interface FirstCase {
  readonly kind: 'ready' | 'suggestion';
  readonly written: WrittenCase;
  readonly note: string;
}

interface Options {
  readonly validator: SchemaValidator;
  readonly timeoutMs: number;
}

/**
 * A first case for a tool. It is called, twice, only where the server declares that it reads and nothing else; what is
 * expected is what both answers had in common.
 */
export async function firstCase(session: Session, tool: ToolResult, options: Options): Promise<FirstCase> {
  const sample = sampleValue(tool.inputSchema);
  const args = 'value' in sample && isRecord(sample.value) ? sample.value : {};
  const blank = { id: idOf(tool.name), tool: tool.name, args, expect: { isError: false } };
  const suggest = (note: string, more: Partial<WrittenCase> = {}): FirstCase => ({
    kind: 'suggestion',
    written: { ...blank, ...more },
    note,
  });
  if (tool.state !== 'passed') return suggest(`Its definition is broken: ${tool.problems[0] ?? 'see validate'}`);
  if (!isReadOnly(tool)) {
    return suggest('Not called: it does not declare that it only reads (annotations.readOnlyHint).', { mutates: true });
  }
  if ('missing' in sample) return suggest(`Not called, for want of ${sample.missing}: write arguments that fit.`);
  const fits = await options.validator.validate(tool.inputSchema, args);
  if (fits.state !== 'valid') return suggest('Not called: no arguments were found that fit its schema.');
  const [first, second] = [await call(session, blank, options), await call(session, blank, options)];
  const trouble = troubleOf(first) ?? troubleOf(second);
  if (trouble !== null) return suggest(trouble);
  return {
    kind: 'ready',
    written: { ...blank, expect: { isError: false, ...commonOf(expectationsOf(first), expectationsOf(second)) } },
    note: '',
  };
}

function call(session: Session, { tool, args }: WrittenCase, { timeoutMs }: Options): Promise<CallOutcome> {
  return session.request({ method: 'tools/call', params: { name: tool, arguments: args } }, timeoutMs);
}

/** Why an answer is nothing to expect; null where it is one. */
function troubleOf(outcome: CallOutcome): string | null {
  if (outcome.kind === 'protocolError') return `Called with these arguments, it answered: ${outcome.message}`;
  if (outcome.kind !== 'result') return 'Called with these arguments, it gave no answer.';
  if (outcome.result['isError'] !== true) return null;
  const { content } = outcome.result;
  const [block]: unknown[] = Array.isArray(content) ? content : [];
  const said = isRecord(block) && typeof block['text'] === 'string' ? `: ${block['text']}` : '.';
  return `Called with these arguments, it reported an error${said}`;
}

function isReadOnly({ annotations }: ToolResult): boolean {
  return isRecord(annotations) && annotations['readOnlyHint'] === true;
}

/** Names of tools are foreign; ids stand in every report. */
function idOf(tool: string): string {
  const name = tool.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60);
  return `${name === '' || name === '-' ? 'tool' : name}-answers`;
}
