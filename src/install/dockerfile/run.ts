import { show } from '../../checkout/show.ts';
import { execForm } from './exec-form.ts';
import type { FindOrigin } from './copy.ts';
import type { Statement } from './lines.ts';
import type { Instruction } from './model.ts';
import { mountOf } from './mount.ts';
import { didYouMean, refuse } from './refused.ts';
import type { Scope } from './scope.ts';
import { heredocOf, shellWords } from './split.ts';
import { refuseNothing } from './statements.ts';

/** RUN in exec form, after the copies that stand for its bind mounts. */
export function runOf(statement: Statement, shell: readonly string[], scope: Scope, find: FindOrigin): Instruction[] {
  const { line } = statement;
  const copies = statement.flags.flatMap((flag) => copiesOf(flag, line, scope, find));
  refuseNothing(statement);
  const words = execForm(statement.text, line) ?? [...shell, scriptOf(statement)];
  if (words.length === 0) refuse(line, 'found RUN with an empty list; write a command, or take it out');
  return [...copies, { kind: 'RUN', line, words }];
}

function copiesOf(flag: string, line: number, scope: Scope, find: FindOrigin): Instruction[] {
  const [, name = '', value = ''] = /^--([^=]*)(?:=([^]*))?$/.exec(flag) ?? [];
  if (name === 'mount') return mountOf(value, line, scope, find);
  if (name === 'network') {
    if (value === 'none' || value === 'default') return [];
    refuse(line, `found \`RUN --network\` with ${show(value)}, expected \`none\` or \`default\`; take the flag out`);
  }
  if (name === 'security') {
    if (value === 'sandbox') return [];
    refuse(
      line,
      `found \`RUN --security\` with ${show(value)}; nothing is built with more rights, so take the flag out`,
    );
  }
  const near = didYouMean(name, ['mount', 'network', 'security']);
  return refuse(
    line,
    `found the flag ${show(flag)} of RUN, which is not supported; \`--mount\` and \`--network\` are${near}`,
  );
}

/** What the shell gets, as BuildKit makes it of a text and its heredocs (`dispatchRun`). */
function scriptOf({ text, heredocs, line }: Statement): string {
  const [first] = heredocs;
  if (first === undefined) return text;
  const isAlone = shellWords(text).length === 1 && heredocOf(text) !== null;
  if (!isAlone) return heredocs.reduce((script, { body, name }) => `${script}\n${body}${name}`, text);
  if (first.body.startsWith('#!')) {
    refuse(
      line,
      'found a heredoc with an interpreter (`#!`) in RUN, which is not supported; commit the script, copy it and run it',
    );
  }
  return first.chomp ? first.body.replace(/^\t+/gm, '') : first.body;
}
