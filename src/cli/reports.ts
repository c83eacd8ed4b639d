import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { suggestion } from '../config/words.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import { reporterNames, reporters, type ReporterName } from '../report/reporters.ts';
import type { WorkflowResult } from '../result/model.ts';
import { logText } from '../text/untrusted.ts';
import { UsageProblem, type Terminal } from './terminal.ts';

/** A report that was asked for, and the file it goes to; null: stdout. */
export interface WantedReport {
  readonly name: ReporterName;
  readonly file: string | null;
}

/**
 * Reads `--reporter NAME` and `--reporter NAME=FILE`. Where every one goes to a file, the usual one is printed beside.
 * @throws UsageProblem
 */
export function wantedReports(given: readonly string[], json: boolean): WantedReport[] {
  const wanted = [...given, ...(json ? ['json'] : [])].map(wantedReport);
  const printed = wanted.filter(({ file }) => file === null);
  const machine = printed.find(({ name }) => reporters[name].machine);
  if (machine !== undefined && printed.length > 1) {
    throw new UsageProblem(
      `\`${machine.name}\` is for programs and must be alone on stdout: write it to a file with \`--reporter ${machine.name}=FILE\`.`,
    );
  }
  return printed.length === 0 ? [{ name: 'default', file: null }, ...wanted] : wanted;
}

function wantedReport(given: string): WantedReport {
  const [, word = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(given) ?? [];
  const name = reporterNames.find((known) => known === word);
  if (name === undefined) {
    throw new UsageProblem(`There is no reporter \`${word.slice(0, 80)}\`: ${suggestion(word, reporterNames)}`);
  }
  if (file === '') throw new UsageProblem(`\`--reporter ${name}=\` wants the name of a file.`);
  return { name, file: file ?? null };
}

/** Writes every report that was asked for. @returns sentences on those that could not be written */
export async function writeReports(
  result: WorkflowResult,
  wanted: readonly WantedReport[],
  terminal: Terminal,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, file } of wanted) {
    const text = reporters[name].render(result, { color: file === null && terminal.color });
    if (file === null) {
      terminal.print(text);
      continue;
    }
    const problem = await writeReport(resolve(terminal.directory, file), text, terminal.directory);
    if (problem !== null) problems.push(logText(`The report \`${name}\` could not be written to ${file}: ${problem}`));
  }
  return problems;
}

/** A file inside the workspace may have come with it as a link: it is made anew, in a folder that lies inside as well. */
async function writeReport(path: string, text: string, workspace: string): Promise<string | null> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const outside = (from: string, to: string) => relative(from, to).startsWith('..');
    if (!outside(workspace, path) && outside(await realpath(workspace), await realpath(dirname(path)))) {
      return 'a link leads out of the workspace';
    }
    // Devices and pipes are written to as they are.
    const known = await stat(path).catch(() => null);
    if (known === null || known.isFile()) await rm(path, { force: true });
    await writeFile(path, text);
    return null;
  } catch (error) {
    return codeOf(error) ?? messageOf(error);
  }
}
