import { type Answer, subjectOf } from './answer.ts';
import { assertion, type Line } from './assertion.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { select } from './select.ts';
import { brief } from './show.ts';

const kind = 'capture';
/** Of one captured value as JSON: it may be asked for many times in one request. */
const captureLimit = 256 * 1024;

/**
 * Takes the values that the JSONPaths select; several values are taken as a list.
 *
 * @param into gets the values by name
 * @returns a line for each that could not be taken
 */
export async function capture(
  wishes: Readonly<Record<string, string>>,
  answer: Answer,
  validator: SchemaValidator,
  into: Map<string, unknown>,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [name, path] of Object.entries(wishes)) {
    const taken = await take(path, answer, validator);
    if ('value' in taken) into.set(name, taken.value);
    else lines.push(notTaken(taken.state, { [name]: path }, `${name} could not be captured: ${taken.why}`));
  }
  return lines;
}

/** What a step does not even ask, because a name in it stands for nothing. */
export function nothingCaptured(names: readonly string[]): Line {
  const listed = names.map((name) => `\`{{${name}}}\``).join(', ');
  return notTaken('notChecked', names, `the step was not run: nothing was captured for ${listed}`);
}

type Taken = { readonly value: unknown } | { readonly state: 'failed' | 'notChecked'; readonly why: string };

async function take(path: string, answer: Answer, validator: SchemaValidator): Promise<Taken> {
  if (answer.kind === 'protocolError') {
    return { state: 'failed', why: `the server answered with the protocol error ${answer.code}` };
  }
  const { name, value } = subjectOf(answer);
  const selection = await select(path, value, validator);
  if (selection.state === 'notChecked') return { state: 'notChecked', why: selection.reason };
  const [first, ...others] = selection.values;
  if (selection.values.length === 0) {
    return { state: 'failed', why: `${brief(path)} selects nothing in ${name}; there is ${brief(value, 200)}` };
  }
  const taken = others.length === 0 ? first : selection.values;
  return fits(taken) ? { value: taken } : { state: 'failed', why: `${brief(path)} selects more than 256 KiB` };
}

function fits(value: unknown): boolean {
  try {
    return JSON.stringify(value).length <= captureLimit;
  } catch {
    return false;
  }
}

function notTaken(state: 'failed' | 'notChecked', expected: unknown, message: string): Line {
  return assertion(kind, state, { expected, actual: null, message });
}
