import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import semver from 'semver';
import * as z from 'zod';
import { findProgram } from '../sandbox/toolchain.ts';
import { fetchProgram } from './npm-tarball.ts';
import type { Upstream } from './upstream.ts';

/** npm as a folder on the host, mounted into containers that install. */
export interface NpmTool {
  readonly folder: string;
  readonly version: string;
}

/** The first npm with `--allow-git=none`: a git dependency's own `.npmrc` could otherwise name a program to run. */
const oldestNpm = '11.10.0';

/** Used where the machine's npm is older. The integrity is npm's own for that version. */
const pinnedNpm = {
  name: 'npm',
  version: '11.19.1',
  sha512: 'ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==',
};

/** @returns the machine's npm when it is new enough, else the pinned one, kept in `cache` between runs. */
export async function findNpm(upstream: Upstream, cache: string, env: Readonly<NodeJS.ProcessEnv>): Promise<NpmTool> {
  const own = await hostNpm(env);
  if (own !== null && semver.gte(own.version, oldestNpm)) return own;
  const folder = join(cache, `npm-${pinnedNpm.version}`);
  const present = await stat(join(folder, 'bin', 'npm-cli.js')).catch(() => null);
  if (present === null) await fetchProgram(upstream, pinnedNpm, folder);
  return { folder, version: pinnedNpm.version };
}

const NpmManifest = z.object({ name: z.literal('npm'), version: z.string() });

async function hostNpm(env: Readonly<NodeJS.ProcessEnv>): Promise<NpmTool | null> {
  // …/npm/bin/npm-cli.js
  const program = await findProgram('npm', env);
  if (program === null) return null;
  const folder = dirname(dirname(program));
  try {
    const manifest = NpmManifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    return semver.valid(manifest.version) === null ? null : { folder, version: manifest.version };
  } catch {
    return null;
  }
}
