import { readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import semver from 'semver';
import * as z from 'zod';
import type { InstallerContext } from './installer.ts';
import type { Manager, ManagerName } from './node-manager.ts';
import { fetchProgram, type PublishedProgram } from './npm-tarball.ts';
import { PackageNotFound, resolvePackage } from './registry.ts';
import { RegistryFault } from './upstream.ts';

/** A package manager as a folder on the host, mounted into containers that install and build. */
export interface ManagerTool {
  readonly name: ManagerName;
  readonly version: string;
  readonly folder: string;
  /** The file that Node runs, relative to the folder. */
  readonly program: string;
}

/** Used where a repository names no version, or one that cannot be had; the integrity is of the published tarball. */
const pinned = {
  pnpm11: program(
    'pnpm',
    '11.28.11',
    'dAGE0Q+B9dWxZb6IVg7numJAbEE0iWq8J6WAEJ7sL0fB5B2RJRyUTCyrq8scIkYXmeu3LeLsYlryAwsONsc1ow==',
  ),
  pnpm10: program(
    'pnpm',
    '10.34.9',
    '9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==',
  ),
  pnpm8: program(
    'pnpm',
    '8.15.9',
    'SZQ0ydj90aJ5Tr9FUrOyXApjOrzuW7Fee13pDzL0e1E6ypjNXP0AHDHw20VLw4BO3M1XhQHkyik6aBYWa72fgQ==',
  ),
  pnpm7: program(
    'pnpm',
    '7.33.7',
    'ev4kEGQrOcaY30baTOXHIxpczjYGmNafjPj0IlfUCz5D8jEFOwe43oSf1P+/SnH/V7g1E3d3o1I4jz09p0cgDg==',
  ),
  yarn1: program(
    'yarn',
    '1.22.22',
    'prL3kGtyG7o9Z9Sv8IPfBNrWTDmXB4Qbes8A9rEzt6wkJV8mUvoirjU0Mp3GGAU06Y0XQyA3/2/RQFVuK7MTfg==',
  ),
  yarn2: program(
    '@yarnpkg/cli-dist',
    '2.4.2',
    'M82xg3uZnE836u68o/DpLtSQjxHUoYkuK82v4psznrFjZO3msYD6qb/wAhGD9KdkO/puwfnDhOc9imA3NDrp9g==',
  ),
  yarn30: program(
    '@yarnpkg/cli-dist',
    '3.1.1',
    '7R8UUelyaGkpiSEgDgeK4A8jEUNmKw+un4UCY0xQoFXBJgVWS6lyWWN57FSs+3ybHZuNrEzaEa9+Bb5hiktGug==',
  ),
  yarn3: program(
    '@yarnpkg/cli-dist',
    '3.8.7',
    'YMoAlLR9f+kxXjK72ggBIidi3ulQQrQpMSxzrLUt0OUk9Xdst2v26LBSYFlzOm+7KRNWgYIJpFjA8uRnCgB5xQ==',
  ),
  yarn40: program(
    '@yarnpkg/cli-dist',
    '4.13.0',
    'c0YdSja652OezJqFnz9+pZwKfKAiBu2aRPJiHPU73sirTGgvQRTyaS5Y6PQHAmmaoa3RjCY6f3L2q9g8S/urqw==',
  ),
  yarn41: program(
    '@yarnpkg/cli-dist',
    '4.14.1',
    '62uYRCYBnAwNZ1Y4uMh0iUXtgZe4frwAgd5dJFoTu/uWMZWpJzxY2ib0cAva1eiy1L2jiDR0dS1Os+1osiIxvA==',
  ),
  yarn4: program(
    '@yarnpkg/cli-dist',
    '4.18.1',
    'EH+A4TxAtBWXKE0DGQxW9Bo9crXHLJ73mfxjTQJuv8XonNWWTpei8BQ5JjczHJNU9GROTycwMFn8iOvRIZXUcA==',
  ),
} as const;

function program(name: string, version: string, sha512: string): PublishedProgram {
  return { name, version, sha512 };
}

/**
 * @returns the manager that a repository asks for, kept in the cache between runs; npm is always the one of the run,
 *   since older ones know no `--allow-git=none`. @throws RegistryFault
 */
export async function findTool(context: InstallerContext, manager: Manager): Promise<ManagerTool> {
  const { name } = manager;
  if (name === 'npm') return { name, ...context.npm, program: 'bin/npm-cli.js' };
  const wanted = (await named(context, manager)) ?? pinnedFor(manager);
  // The integrity is part of the name: another registry may have something else by that version.
  const label = `${wanted.name.replace('@', '').replace('/', '-')}-${wanted.version}-${hexOf(wanted.sha512)}`;
  const folder = join(context.sandbox.directories.cache, label);
  const present = await stat(join(folder, 'package.json')).catch(() => null);
  if (present === null) await fetchProgram(context.upstream, wanted, folder);
  return { name, version: wanted.version, folder, program: await programIn(folder, name) };
}

/** By the version of Yarn's lock file: another Yarn would write it anew, which a binding one does not allow. */
const yarnByLock: readonly (readonly [number, PublishedProgram])[] = [
  [4, pinned.yarn2],
  [5, pinned.yarn30],
  [7, pinned.yarn3],
  [8, pinned.yarn40],
  [9, pinned.yarn41],
];

/** Which of ours can read such a lock file. */
function pinnedFor({ name, generation, version }: Manager): PublishedProgram {
  const major = Number(generation?.split('.')[0] ?? Number.NaN);
  if (name === 'yarn') return pinned.yarn1;
  if (name === 'berry') return yarnByLock.find(([upTo]) => major <= upTo)?.[1] ?? pinned.yarn4;
  if (major < 6) return pinned.pnpm7;
  if (major < 9) return pinned.pnpm8;
  return major > 9 || (version !== null && semver.major(version) > 10) ? pinned.pnpm11 : pinned.pnpm10;
}

/** From 12 on pnpm is no program of Node's any more; its lock files are those of 11. */
const firstNativePnpm = 12;

async function named(context: InstallerContext, { name, version }: Manager): Promise<PublishedProgram | null> {
  if (version === null || (name === 'pnpm' && semver.major(version) >= firstNativePnpm)) return null;
  const publishedAs = name === 'berry' ? '@yarnpkg/cli-dist' : name;
  const ours = Object.values(pinned).find((each) => each.name === publishedAs && each.version === version);
  if (ours !== undefined) return ours;
  try {
    const { integrity } = await resolvePackage(context.upstream, publishedAs, version, context.signal);
    const sha512 = /^sha512-([\w+/]+=*)$/u.exec(integrity ?? '')?.[1];
    return sha512 === undefined ? null : { name: publishedAs, version, sha512 };
  } catch (error) {
    if (error instanceof PackageNotFound) return null;
    throw error;
  }
}

const ToolManifest = z.object({ bin: z.record(z.string(), z.string()) });

async function programIn(folder: string, name: ManagerName): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  const file = ToolManifest.parse(JSON.parse(text)).bin[name === 'berry' ? 'yarn' : name];
  const path = file === undefined ? null : normalize(file);
  if (path === null || !/\.[cm]?js$/u.test(path) || path.startsWith('..')) {
    throw new RegistryFault(`${name} as the registry has it is no program of Node's`);
  }
  return path;
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex').slice(0, 12);
}
