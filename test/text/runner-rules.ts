/**
 * Which lines of a job's output the Actions runner takes for workflow commands. Written against its behaviour: lines
 * end at LF, CRLF or a lone CR; `::name` may follow any white space at the start of a line; `##[name]` may stand
 * anywhere; zero-width characters inside of both are skipped. Stricter than the runner in that every name counts.
 */
const zeroWidth =
  '[\\u0000\\u00ad\\u034f\\u061c\\u180b-\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff]*';
const leadingSpace = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const newForm = new RegExp(`^${zeroWidth}:${zeroWidth}:`);
const oldForm = new RegExp(`#${zeroWidth}#${zeroWidth}\\[`);

export function runnerLines(output: string): string[] {
  return output.split(/\r\n|\r|\n/);
}

export function isCommand(line: string): boolean {
  return newForm.test(line.replace(leadingSpace, '')) || oldForm.test(line);
}

export function commandsIn(output: string): string[] {
  return runnerLines(output).filter(isCommand);
}

/** A command as the runner takes it apart, with its escapes undone. */
export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** @returns the commands of an output, in order; of one in the old form, only that it is one */
export function readCommands(output: string): RunnerCommand[] {
  return runnerLines(output).filter(isCommand).map(readCommand);
}

function readCommand(line: string): RunnerCommand {
  const start = line.replace(leadingSpace, '');
  const end = start.indexOf('::', 2);
  if (!start.startsWith('::') || end === -1) return { name: `old form: ${line}`, properties: {}, data: '' };
  const head = start.slice(2, end);
  const space = head.indexOf(' ');
  const [name, properties] = space === -1 ? [head, ''] : [head.slice(0, space), head.slice(space + 1)];
  const pairs = properties
    .split(',')
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), undo(pair.slice(pair.indexOf('=') + 1))]);
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs), data: undo(start.slice(end + 2)) };
}

function undo(text: string): string {
  const marks: Readonly<Record<string, string>> = { '0D': '\r', '0A': '\n', '3A': ':', '2C': ',', '25': '%' };
  return text.replace(/%(0D|0A|3A|2C|25)/g, (_, code: string) => marks[code] ?? '');
}
