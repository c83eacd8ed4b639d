import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsIn, readCommands } from '../text/runner-rules.ts';

const source = join(import.meta.dirname, '..', '..', 'src');
const evil = 'from a server\\r\\n::add-mask::e\\n##[set-output name=x]y sesame-open-7f3a';

/** A process that begins as the action does, and then does `what`. */
function ended(what: string): { readonly status: number | null; readonly output: string } {
  const code = `
    import { GitHubHost } from '${source}/host/github.ts';
    import { catchStrays } from '${source}/process/strays.ts';
    import { exit } from '${source}/process/signals.ts';
    const host = new GitHubHost(process.env);
    host.mask('sesame-open-7f3a');
    catchStrays({ fail: (error) => host.fail(error), warn: (text) => host.debug(text) }, () => exit(3));
    const evil = '${evil}';
    ${what}
    setTimeout(() => {}, 60_000);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, output: `${stdout}${stderr}`.replace(/^::add-mask::sesame-open-7f3a$/mu, '') };
}

describe('what nobody caught', () => {
  it.each([
    ['an exception', 'setTimeout(() => { throw new Error(evil); });'],
    ['a rejection', 'void Promise.reject(new Error(evil));'],
    ['a rejection that is no error', 'void Promise.reject(evil);'],
    ['an exception whose own text throws', 'setTimeout(() => { throw { toString() { throw new Error(evil); } }; });'],
  ])('%s ends the process with one error of ours, and no command of theirs', (_, what) => {
    const { status, output } = ended(what);
    expect(status).toBe(3);
    const ours = readCommands(output).filter(({ name }) => name !== 'debug');
    expect(ours.filter(({ name }) => name !== 'error')).toEqual([]);
    expect(output).not.toContain('sesame');
    const shown = output.split('\n').filter((line) => !line.startsWith('::debug::'));
    expect(shown.join('\n')).not.toContain('    at ');
  });

  it.each([
    ['a warning', 'process.emitWarning(evil);'],
    ['a warning of its own kind', "process.emitWarning(evil, { type: '::error::x', detail: evil });"],
    ['a deprecation', "process.emitWarning(evil, 'DeprecationWarning', 'DEP0000');"],
  ])('%s is for debug logs', (_, what) => {
    const { output } = ended(`${what} setTimeout(() => process.exit(0), 100);`);
    expect(commandsIn(output).filter((line) => !line.startsWith('::debug::'))).toEqual([]);
    expect(output).toContain('from a server');
    expect(output).not.toContain('sesame');
  });
});
