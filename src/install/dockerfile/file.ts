import { show } from '../../checkout/show.ts';
import { readStatements, type Statement } from './lines.ts';
import { didYouMean, refuse } from './refused.ts';
import { declaredArgs, refuseFlags } from './statements.ts';

/** A Dockerfile parted into its stages; what the stages hold is read when they are needed. */
export interface DockerfileParts {
  /** ARGs before the first FROM. */
  readonly head: readonly Statement[];
  readonly stages: readonly StageText[];
  /** Every name that an ARG declares. */
  readonly declared: ReadonlySet<string>;
}

export interface StageText {
  /** Of its FROM. */
  readonly line: number;
  /** As it stands there, with its variables. */
  readonly image: string;
  /** In small letters; null where it has none. */
  readonly name: string | null;
  readonly statements: readonly Statement[];
}

/** Each of them holds the variables of the one before. */
const maxStages = 100;

/** @throws DockerfileRefused */
export function readParts(text: string): DockerfileParts {
  const statements = readStatements(text);
  const first = statements.findIndex(({ keyword }) => keyword === 'FROM');
  if (first === -1) refuse(null, 'it has no FROM; expected the image that it begins from');
  const head = statements.slice(0, first);
  const early = head.find(({ keyword }) => keyword !== 'ARG');
  if (early !== undefined) refuse(early.line, `found ${early.keyword} before the first FROM, expected ARG or FROM`);
  const declared = statements
    .filter(({ keyword }) => keyword === 'ARG')
    .flatMap((statement) => declaredArgs(statement));
  return { head, stages: stagesOf(statements.slice(first)), declared: new Set(declared.map(([name]) => name)) };
}

function stagesOf(statements: readonly Statement[]): StageText[] {
  const stages: (StageText & { statements: Statement[] })[] = [];
  for (const statement of statements) {
    if (statement.keyword !== 'FROM') {
      stages.at(-1)?.statements.push(statement);
      continue;
    }
    const stage = beginningOf(statement);
    const same = stage.name === null ? undefined : stages.find(({ name }) => name === stage.name);
    if (same !== undefined)
      refuse(
        stage.line,
        `found a second stage ${show(stage.name ?? '')}; the first is on line ${same.line}; rename one`,
      );
    if (stages.length === maxStages) refuse(stage.line, `found more than ${maxStages} stages; write fewer`);
    stages.push({ ...stage, statements: [] });
  }
  return stages;
}

function beginningOf(statement: Statement): Omit<StageText, 'statements'> {
  const { line, text } = statement;
  // Every image is of the machine's own platform.
  refuseFlags({ ...statement, flags: statement.flags.filter((flag) => !flag.startsWith('--platform=')) });
  const [image = '', as, given, ...more] = text.split(/[ \t]+/);
  const hasShape =
    image !== '' && (as === undefined || (as.toLowerCase() === 'as' && given !== undefined)) && more.length === 0;
  if (!hasShape) refuse(line, `found ${show(text)} after FROM, expected IMAGE or IMAGE AS NAME`);
  const name = given?.toLowerCase() ?? null;
  if (name !== null && (!/^[a-z][a-z0-9_.-]*$/.test(name) || name === 'scratch')) {
    refuse(
      line,
      `found ${show(given ?? '')} as the name of a stage, expected letters, digits, \`-\`, \`_\` and \`.\`, and not \`scratch\``,
    );
  }
  return { line, image, name };
}

/**
 * @param target a name or a number from 0; null for the last stage
 * @returns the place of the stage
 */
export function targetOf(stages: readonly StageText[], target: string | null): number {
  if (target === null) return stages.length - 1;
  const named = stages.findIndex(({ name }) => name === target.toLowerCase());
  if (named !== -1) return named;
  const number = /^\d{1,3}$/.test(target) ? Number(target) : -1;
  if (number >= 0 && number < stages.length) return number;
  const names = stages.flatMap(({ name }) => name ?? []);
  const known = names.length === 0 ? 'its stages have no names' : `it has ${names.slice(0, 20).map(show).join(', ')}`;
  return refuse(null, `it has no stage ${show(target)}; ${known}${didYouMean(target, names)}`);
}
