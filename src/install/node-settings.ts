import type { Checkout } from '../checkout/model.ts';
import type { Manager } from './node-manager.ts';
import { inFolder, parseYaml } from './node-manifest.ts';

/**
 * Files of a checkout that installers read or run, wherever they lie: none of them comes along. What is harmless in
 * them, and needed for the lock file to fit, is written anew ({@link settingsOf}).
 */
const leftOut: ReadonlySet<string> = new Set([
  '.git',
  'node_modules',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  '.pnpmfile.mjs',
  'pnpmfile.js',
  'pnpm-workspace.yaml',
  '.pnp.js',
  '.pnp.cjs',
  '.pnp.loader.mjs',
  'install-state.gz',
  '.corepack.env',
]);

/** @param name one segment of a path */
export function isLeftOut(name: string): boolean {
  return leftOut.has(name);
}

/** What of a repository's settings is kept. */
export interface Settings {
  /** Files for the install's root, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Arguments for the manager. */
  readonly arguments: readonly string[];
}

/** Yarn's settings file of ours: no repository has one of that name. */
export const yarnSettingsFile = '.mcp-workflow-yarnrc.yml';

/** Settings of npm and pnpm that decide where packages lie; switches and plain words only. */
const npmrcKeys = {
  npm: new Set(['legacy-peer-deps', 'install-strategy']),
  pnpm: new Set([
    'auto-install-peers',
    'dedupe-injected-deps',
    'dedupe-peer-dependents',
    'exclude-links-from-lockfile',
    'hoist',
    'hoist-pattern[]',
    'hoist-workspace-packages',
    'include-workspace-root',
    'inject-workspace-packages',
    'link-workspace-packages',
    'node-linker',
    'prefer-workspace-packages',
    'public-hoist-pattern[]',
    'resolve-peers-from-workspace-root',
    'shamefully-hoist',
    'shared-workspace-lockfile',
  ]),
} as const;

const pnpmKeys = [
  'packages',
  'catalog',
  'catalogs',
  'overrides',
  'packageExtensions',
  'patchedDependencies',
  'allowUnusedPatches',
  'ignoredOptionalDependencies',
  'peerDependencyRules',
  'peersSuffixMaxLength',
  'supportedArchitectures',
  'dedupePeers',
  // As in .npmrc, in the other spelling.
  ...[...npmrcKeys.pnpm].map((name) =>
    name.replace('[]', '').replace(/-(\w)/gu, (_, letter: string) => letter.toUpperCase()),
  ),
];

/** What a lock file names may be as young as it is. */
const pnpmOwn = { minimumReleaseAge: 0 };

const yarnKeys = [
  'catalog',
  'catalogs',
  'compressionLevel',
  'defaultSemverRangePrefix',
  'enableTransparentWorkspaces',
  'nmHoistingLimits',
  'packageExtensions',
  'supportedArchitectures',
];

/**
 * No registry, no credential, no program, no plugin, no path: whatever else a repository sets is not heard.
 * @param root folder of the checkout
 */
export async function settingsOf(checkout: Checkout, root: string, manager: Manager): Promise<Settings> {
  const read = async (name: string) => checkout.text(inFolder(root, name));
  switch (manager.name) {
    case 'npm':
      return { files: {}, arguments: npmrcArguments(await read('.npmrc'), 'npm') };
    case 'pnpm': {
      const workspace = await read('pnpm-workspace.yaml');
      return {
        files: workspace === null ? {} : { 'pnpm-workspace.yaml': keep(workspace, pnpmKeys, pnpmOwn) },
        arguments: npmrcArguments(await read('.npmrc'), 'pnpm'),
      };
    }
    case 'berry':
      return { files: { [yarnSettingsFile]: keep((await read('.yarnrc.yml')) ?? '', yarnKeys) }, arguments: [] };
    case 'yarn':
    default:
      return { files: {}, arguments: [] };
  }
}

/** JSON is YAML, and holds neither anchors nor tags. */
function keep(text: string, keys: readonly string[], own: Readonly<Record<string, unknown>> = {}): string {
  const settings = parseYaml(text);
  const kept = Object.entries(settings).filter(([key]) => keys.includes(key));
  return `${JSON.stringify({ ...Object.fromEntries(kept), ...own })}\n`;
}

function npmrcArguments(text: string | null, manager: 'npm' | 'pnpm'): string[] {
  return (text ?? '')
    .split('\n')
    .slice(0, 1000)
    .flatMap((line) => {
      const [, key = '', quoted = ''] = /^\s*([\w[\]-]+)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
      const value = quoted.replace(/^"(.*)"$/u, '$1');
      if (!npmrcKeys[manager].has(key) || !/^[\w*@!/.-]{1,100}$/u.test(value)) return [];
      return [`${manager === 'npm' ? '--' : '--config.'}${key.replace('[]', '')}=${value}`];
    })
    .slice(0, 100);
}
