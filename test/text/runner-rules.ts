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
