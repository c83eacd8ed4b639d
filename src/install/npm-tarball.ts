import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { readBody, RegistryFault, type Upstream } from './upstream.ts';

/** A program of npm's registry, by exact version. */
export interface PublishedProgram {
  readonly name: string;
  readonly version: string;
  /** sha512 in base64. */
  readonly sha512: string;
}

/**
 * Fetches a program that is to run in containers and unpacks it, verified, to a folder that must not exist yet or holds
 * the same. @throws RegistryFault
 */
export async function fetchProgram(upstream: Upstream, program: PublishedProgram, folder: string): Promise<void> {
  const { name, version, sha512 } = program;
  const path = `${upstream.registry.url.pathname}${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  const answer = await upstream.get(path);
  const tarball = await readBody(answer);
  if (answer.statusCode !== 200) {
    throw new RegistryFault(`the registry answered HTTP ${answer.statusCode} for ${name}@${version} itself`);
  }
  if (createHash('sha512').update(tarball).digest('base64') !== sha512) {
    throw new RegistryFault(`${name} ${version} from the registry is not the one that was published`);
  }
  // Beside the final name, so that a run next to this one never sees half of it.
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  await unpack(tarball, unfinished);
  await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** Every path of an npm tarball begins with `package/` or the like; its bytes were verified before. */
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
