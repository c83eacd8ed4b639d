import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../process/run.ts';
import { certificatesOf } from '../certificates.ts';
import { indexOf, type PackageIndex } from '../package-index.ts';
import { RegistryFault } from '../registry-fault.ts';

const publicIndex = 'https://pypi.org/simple/';

/**
 * The index that Python installs are served from (the `simple` API, PEP 503 and 691): what the step's environment or the
 * machine's own pip is set to, asked outside of every project: settings in the workspace may come from a pull request.
 * @throws RegistryFault where that cannot be said: never guessed, since the public index may hold a stranger's package
 *   of a private name.
 */
export async function findIndex(env: Readonly<NodeJS.ProcessEnv>): Promise<PackageIndex> {
  const [name, given] = firstSet(env, ['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL']);
  refuseSecondIndex(firstSet(env, ['PIP_EXTRA_INDEX_URL', 'UV_EXTRA_INDEX_URL', 'UV_INDEX']));
  // An index that the step names is the one, whatever the configuration says.
  const settings = await pipSettings(env).catch((error: unknown) => {
    if (given === '') throw error;
    return new Map<string, string>();
  });
  // pip itself would ask it beside that of the environment.
  refuseSecondIndex(settingOf(settings, 'extra-index-url'));
  const [settingName, setting] = settingOf(settings, 'index-url');
  const ca = await certificatesOf(env, env['PIP_CERT'], settingOf(settings, 'cert')[1]);
  if (given !== '') return indexOf(name, given, ca);
  return setting === '' ? indexOf('the default', publicIndex, ca) : indexOf(settingName, setting, ca);
}

function firstSet(env: Readonly<NodeJS.ProcessEnv>, names: readonly string[]): readonly [string, string] {
  const name = names.find((each) => env[each]?.trim());
  return name === undefined ? ['', ''] : [name, env[name] ?? ''];
}

function refuseSecondIndex([name, value]: readonly [string, string]): void {
  if (value === '') return;
  throw new RegistryFault(
    `${name} names a second package index, and more than one is not yet supported: name one index that has everything in PIP_INDEX_URL, and unset ${name}`,
  );
}

/** `pip config list`: a line `global.index-url='https://…'` for each setting. */
export function parsePipSettings(output: string): ReadonlyMap<string, string> {
  return new Map(
    output.split('\n').flatMap((line) => {
      const found = /^([\w:.-]+)=(['"])(.*)\2\s*$/u.exec(line);
      // What variables set is read from the step's environment.
      return found === null || found[1]?.startsWith(':env:') ? [] : [[found[1] ?? '', found[3] ?? ''] as const];
    }),
  );
}

/** pip reads its command's own section after `global`. */
function settingOf(settings: ReadonlyMap<string, string>, name: string): readonly [string, string] {
  const key = [`install.${name}`, `download.${name}`, `global.${name}`].find((each) => settings.get(each));
  return key === undefined ? ['', ''] : [`pip's setting ${key}`, settings.get(key) ?? ''];
}

async function pipSettings(env: Readonly<NodeJS.ProcessEnv>): Promise<ReadonlyMap<string, string>> {
  const file = env['PIP_CONFIG_FILE'];
  const result = await runCommand('python3', ['-m', 'pip', '--disable-pip-version-check', 'config', 'list'], {
    deadlineMs: 30_000,
    // No project is there.
    cwd: '/',
    env: file ? { PIP_CONFIG_FILE: file } : {},
  });
  if (result.ok) return parsePipSettings(result.stdout);
  const noPip = result.spawnError !== null || /No module named '?pip/u.test(result.stderr);
  if (noPip && !(await namesIndex(env))) return new Map();
  const why = noPip ? 'it is not installed here' : (result.stderr.trim().split('\n').at(-1) ?? 'it does not answer');
  throw new RegistryFault(
    `\`python3 -m pip config list\` does not say which package index to use (${why}): set PIP_INDEX_URL in the step's environment`,
  );
}

/** Without pip its files can only be looked at. */
async function namesIndex(env: Readonly<NodeJS.ProcessEnv>): Promise<boolean> {
  const home = env['HOME'] ?? '/nonexistent';
  const own = env['XDG_CONFIG_HOME'] ?? join(home, '.config');
  const files = ['/etc/pip.conf', join(own, 'pip/pip.conf'), join(home, '.pip/pip.conf'), env['PIP_CONFIG_FILE'] ?? ''];
  const texts = await Promise.all(files.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.some((each) => /^\s*(?:extra-)?index-url\s*[=:]/mu.test(each));
}
