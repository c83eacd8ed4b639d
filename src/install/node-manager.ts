import type { Checkout } from '../checkout/model.ts';
import { inFolder } from './node-manifest.ts';
import type { LocalPackage } from './node-workspace.ts';

export type ManagerName = 'npm' | 'pnpm' | 'yarn' | 'berry';

/** What installs a workspace. `berry` is Yarn from version 2 on, which has nothing in common with `yarn` but the name. */
export interface Manager {
  readonly name: ManagerName;
  /** The exact version that the repository names; null where it names none. Its hash, if any, is not taken. */
  readonly version: string | null;
  /** The committed lock file's name; null: none, and what is newest is installed. */
  readonly lock: string | null;
  /** Of the lock file: `9.0` of pnpm, `8` of Yarn; null where that is not known. */
  readonly generation: string | null;
}

const locks = {
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
} as const;
type Family = keyof typeof locks;

/** By what the repository names and by its lock file; where they disagree the lock file decides, since it is binding. */
export async function findManager(checkout: Checkout, root: LocalPackage): Promise<Manager> {
  const present = new Set(checkout.files.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  const lockOf = (family: Family) => locks[family].find((name) => present.has(inFolder(root.folder, name))) ?? null;
  const named = namedIn(root);
  const locked = (['pnpm', 'yarn', 'npm'] as const).find((family) => lockOf(family) !== null);
  const family =
    named !== null && (lockOf(named.family) !== null || locked === undefined) ? named.family : (locked ?? 'npm');
  const version = named?.family === family ? named.version : null;
  const lock = lockOf(family);
  if (family === 'npm') return { name: 'npm', version, lock, generation: null };
  // The head says enough; a long one cannot be read from here.
  const text = lock === null ? null : await checkout.text(inFolder(root.folder, lock));
  if (family === 'pnpm')
    return { name: 'pnpm', version, lock, generation: find(text, /^lockfileVersion: '?([\d.]+)/mu) };
  const isBerry = await usesBerry(checkout, root, text, version);
  const generation = find(text, /^__metadata:\s*\n\s+version: (\d+)/mu);
  if (isBerry) return { name: 'berry', version: atLeast2(version ?? releaseOf(present, root)), lock, generation };
  return { name: 'yarn', version: version?.startsWith('1.') === true ? version : null, lock, generation: null };
}

function namedIn({ manifest }: LocalPackage): { family: Family; version: string | null } | null {
  const [, name, version] =
    /^(npm|pnpm|yarn)@(\d+\.\d+\.\d+(?:-[\w.]+)?)(?:\+.*)?$/u.exec(manifest.packageManager ?? '') ?? [];
  const family = name ?? manifest.devEngines?.packageManager.name;
  if (family !== 'npm' && family !== 'pnpm' && family !== 'yarn') return null;
  return { family, version: version ?? null };
}

async function usesBerry(
  checkout: Checkout,
  root: LocalPackage,
  lock: string | null,
  version: string | null,
): Promise<boolean> {
  if (lock !== null && lock.trim() !== '') return /^__metadata:/mu.test(lock);
  if (version !== null) return !/^[01]\./u.test(version);
  return (await checkout.text(inFolder(root.folder, '.yarnrc.yml'))) !== null;
}

/** A committed Yarn is never run, but its name tells which one the lock file is of. */
function releaseOf(present: ReadonlySet<string>, { folder }: LocalPackage): string | null {
  const prefix = inFolder(folder, '.yarn/releases/yarn-');
  const versions = [...present].flatMap((path) =>
    path.startsWith(prefix) ? (/^(\d+\.\d+\.\d+)\.c?js$/u.exec(path.slice(prefix.length))?.slice(1) ?? []) : [],
  );
  return versions.length === 1 ? (versions[0] ?? null) : null;
}

function atLeast2(version: string | null): string | null {
  return version !== null && /^[01]\./u.test(version) ? null : version;
}

function find(text: string | null, pattern: RegExp): string | null {
  return pattern.exec(text ?? '')?.[1] ?? null;
}
