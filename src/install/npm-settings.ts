import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { runCommand } from '../process/run.ts';
import { type Registry, RegistryFault } from './upstream.ts';

/** npm takes a third of a second, and on a machine that is very busy a hundred times as long. */
const answerMs = 120_000;

/** `npm config ls --json`: every setting by its name; npm itself leaves credentials out. */
const Settings = z.record(z.string(), z.unknown());

/**
 * The registry that the user's own npm is set to. Asked outside of every project: an `.npmrc` in the workspace may come
 * from a pull request.
 * @throws RegistryFault where npm cannot say.
 */
export async function findRegistry(): Promise<Registry> {
  const result = await runCommand('npm', ['config', 'ls', '--json'], {
    deadlineMs: answerMs,
    // No project is there.
    cwd: '/',
    env: npmVariables(),
  });
  // Never guessed: a public registry may hold a stranger's package of a private name.
  if (result.spawnError !== null) {
    throw new RegistryFault(
      'npm is not installed here, and its settings say which registry to use: install Node.js with npm',
    );
  }
  if (!result.ok) {
    const why = result.timedOut
      ? `no answer within ${answerMs / 1000} s`
      : (result.stderr.trim().split('\n').at(-1) ?? '');
    throw new RegistryFault(`\`npm config ls\` does not say which registry to use: ${why}`);
  }
  const settings = parseSettings(result.stdout);
  const url = addressOf(settings['registry']);
  if (url === null)
    throw new RegistryFault('the setting `registry` of npm is no address: see `npm config get registry`');
  const scopes = new Map(
    Object.entries(settings).flatMap(([name, value]) => {
      const scope = /^(@[^:/]+):registry$/u.exec(name)?.[1];
      const address = addressOf(value);
      return scope === undefined || address === null || address === url ? [] : [[scope, address] as const];
    }),
  );
  const cafile = settings['cafile'];
  const ca = typeof cafile === 'string' ? await readFile(cafile, 'utf8').catch(() => null) : null;
  return { url: new URL(url), ca, scopes };
}

function parseSettings(output: string): z.infer<typeof Settings> {
  try {
    return Settings.parse(JSON.parse(output));
  } catch {
    throw new RegistryFault('`npm config ls --json` answers with no JSON');
  }
}

/** @returns an address that ends in a slash, or null. */
function addressOf(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  return value.endsWith('/') ? value : `${value}/`;
}

/** npm's own settings in the environment name the registry too; none of them is a token. */
function npmVariables(): Record<string, string> {
  const names = ['npm_config_registry', 'NPM_CONFIG_REGISTRY', 'NPM_CONFIG_USERCONFIG', 'npm_config_userconfig'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
