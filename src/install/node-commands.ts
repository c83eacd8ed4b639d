import { yarnSettingsFile, type Settings } from './node-settings.ts';
import type { Manager } from './node-manager.ts';

/** What programs/install-tree.mjs starts; `{registry}` and `{cache}` stand for what is known only inside. */
export interface ManagerCommand {
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Installs everything a workspace needs from the registry, and runs nothing of it. */
export function installCommand(manager: Manager, isWorkspace: boolean, settings: Settings): ManagerCommand {
  const locked = manager.lock !== null;
  switch (manager.name) {
    case 'npm':
      return { arguments: [...npmArguments(locked), ...settings.arguments], env: {} };
    case 'pnpm':
      return { arguments: [...pnpmArguments(locked, isWorkspace), ...settings.arguments], env: quiet };
    case 'berry':
      return { arguments: ['install'], env: { ...quiet, ...berryEnvironment(locked) } };
    case 'yarn':
    default:
      return { arguments: yarnArguments(locked), env: { ...quiet, ...yarnEnvironment } };
  }
}

/** Milliseconds; a package that is not the recorded one is fetched again too, and their own pauses take minutes. */
const retries = { 'fetch-retries': '2', 'fetch-retry-mintimeout': '1000', 'fetch-retry-maxtimeout': '5000' };

/** Nobody is asked anything. */
const quiet = { CI: 'true' };

function npmArguments(locked: boolean): string[] {
  return [
    locked ? 'ci' : 'install',
    '--registry={registry}',
    '--replace-registry-host=always',
    '--cache={cache}',
    // Two different files: npm refuses to load one twice. Neither exists.
    '--userconfig=/nonexistent/user',
    '--globalconfig=/nonexistent/global',
    '--ignore-scripts',
    '--allow-git=none',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--no-progress',
    ...Object.entries(retries).map(([name, value]) => `--${name}=${value}`),
  ];
}

/** pnpm changes itself into another version, runs installs and refuses young packages by settings: all of that is off. */
export const pnpmSettings = {
  'manage-package-manager-versions': 'false',
  'package-manager-strict': 'false',
  'package-manager-strict-version': 'false',
  'pm-on-fail': 'ignore',
  'verify-deps-before-run': 'false',
  'update-notifier': 'false',
} as const;

function pnpmArguments(locked: boolean, isWorkspace: boolean): string[] {
  const settings = {
    ...pnpmSettings,
    'cache-dir': '{cache}/pnpm',
    'state-dir': '{cache}/state',
    // Its age itself cannot be said here: a `0` of an argument counts as one, see the settings file.
    'minimum-release-age-strict': 'false',
    'trust-policy': 'off',
    'engine-strict': 'false',
    'strict-dep-builds': 'false',
    'strict-peer-dependencies': 'false',
    'side-effects-cache': 'false',
    'confirm-modules-purge': 'false',
    // The tree must hold all it needs: the store goes when the install is done.
    'enable-global-virtual-store': 'false',
    ...retries,
  };
  return [
    'install',
    locked ? '--frozen-lockfile' : '--no-frozen-lockfile',
    '--ignore-scripts',
    '--ignore-pnpmfile',
    '--reporter=append-only',
    '--registry={registry}',
    '--store-dir={cache}/store',
    '--package-import-method=hardlink',
    // Above it may be another workspace that it is not part of.
    ...(isWorkspace ? [] : ['--ignore-workspace']),
    ...Object.entries(settings).map(([name, value]) => `--config.${name}=${value}`),
  ];
}

function yarnArguments(locked: boolean): string[] {
  return [
    'install',
    ...(locked ? ['--frozen-lockfile'] : []),
    '--ignore-scripts',
    '--ignore-engines',
    '--non-interactive',
    '--no-progress',
    '--no-default-rc',
    '--registry={registry}',
    '--cache-folder={cache}/yarn',
    '--global-folder={cache}/global',
  ];
}

/** Holds for scripts too, which call Yarn. A committed Yarn is a program of the repository's. */
export const yarnEnvironment = { YARN_IGNORE_PATH: '1' };

/** As {@link yarnEnvironment}, from Yarn 2 on. */
export const berryScriptEnvironment = {
  ...yarnEnvironment,
  YARN_RC_FILENAME: yarnSettingsFile,
  // Older versions do not know all of what is set here.
  YARN_ENABLE_STRICT_SETTINGS: '0',
  YARN_NODE_LINKER: 'node-modules',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_GLOBAL_CACHE: '0',
  YARN_ENABLE_CONSTRAINTS_CHECKS: '0',
};

function berryEnvironment(locked: boolean): Record<string, string> {
  return {
    ...berryScriptEnvironment,
    YARN_ENABLE_SCRIPTS: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: locked ? '1' : '0',
    YARN_CHECKSUM_BEHAVIOR: 'throw',
    YARN_NPM_REGISTRY_SERVER: '{registry}',
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_CACHE_FOLDER: '{cache}/yarn',
    YARN_GLOBAL_FOLDER: '{cache}/global',
    YARN_ENABLE_MIRROR: '0',
    YARN_ENABLE_HARDENED_MODE: '0',
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_ENABLE_PROGRESS_BARS: '0',
    YARN_ENABLE_COLORS: '0',
  };
}
