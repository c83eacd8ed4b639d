import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import semver from 'semver';
import { extract } from 'tar-stream';
import * as z from 'zod';
import { findProgram } from '../sandbox/toolchain.ts';
import { readBody, RegistryFault, type Upstream } from './upstream.ts';

/** npm as a folder on the host, mounted into containers that install. */
export interface NpmTool {
  readonly folder: string;
  readonly version: string;
}

/** The first npm with `--allow-git=none`: a git dependency's own `.npmrc` could otherwise name a program to run. */
const oldestNpm = '11.10.0';

/** Used where the machine's npm is older. The integrity is npm's own for that version. */
const pinnedNpm = {
  version: '11.19.1',
  integrity: 'ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==',
};

/** @returns the machine's npm when it is new enough, else the pinned one, kept in `cache` between runs. */
export async function findNpm(upstream: Upstream, cache: string, env: Readonly<NodeJS.ProcessEnv>): Promise<NpmTool> {
  const own = await hostNpm(env);
  if (own !== null && semver.gte(own.version, oldestNpm)) return own;
  const folder = join(cache, `npm-${pinnedNpm.version}`);
  const present = await stat(join(folder, 'bin', 'npm-cli.js')).catch(() => null);
  if (present === null) await fetchPinned(upstream, folder);
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

async function fetchPinned(upstream: Upstream, folder: string): Promise<void> {
  const path = `${upstream.registry.url.pathname}npm/-/npm-${pinnedNpm.version}.tgz`;
  const answer = await upstream.get(path);
  const tarball = await readBody(answer);
  if (answer.statusCode !== 200)
    throw new RegistryFault(`the registry answered HTTP ${answer.statusCode} for npm itself`);
  const integrity = createHash('sha512').update(tarball).digest('base64');
  if (integrity !== pinnedNpm.integrity) {
    throw new RegistryFault(`npm ${pinnedNpm.version} from the registry is not the one that npm published`);
  }
  // Beside the final name, so that a run next to this one never sees half of it.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  await unpack(tarball, unfinished);
  await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** Every path of an npm tarball begins with `package/`; its bytes were verified before. */
async function unpack(tarball: Buffer, folder: string): Promise<void> {
  const entries = Readable.from([tarball]).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const name = normalize(entry.header.name).split('/').slice(1).join('/');
    const target = join(folder, name);
    if (entry.header.type === 'file' && target.startsWith(`${folder}/`)) {
      await mkdir(dirname(target), { recursive: true, mode: 0o755 });
      await writeFile(target, await buffer(entry), { mode: 0o755 });
    } else entry.resume();
  }
}
