import { execFileSync } from 'node:child_process';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { runCommand } from '../../src/process/run.ts';

export interface TestFile {
  /** Relative; a folder where it ends in a slash. */
  readonly name: string;
  readonly content?: string;
  /** Where a link leads. */
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface TestImage {
  readonly files?: readonly TestFile[];
  /** This machine's Node with the libraries that it is linked with, at /usr/bin/node. */
  readonly node?: boolean;
  /** This machine's shell, at /bin/sh. */
  readonly shell?: boolean;
}

/** A name that no other run of these tests gives. */
export function testTag(name: string): string {
  return `localhost/mcp-workflow-test-${name}:${process.pid}`;
}

const folders = ['tmp', 'usr/bin', 'proc', 'sys', 'dev', 'etc', 'home', 'run'];

/** The files of an image as a user would name one, made of this machine's own: no registry is needed. */
export function imageTar({ files = [], node = false, shell = false }: TestImage): Readable {
  const tar = pack();
  const programs = { ...(node ? { 'usr/bin/node': process.execPath } : {}), ...(shell ? { 'bin/sh': '/bin/sh' } : {}) };
  void fill(tar, files, programs).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(tar);
}

/** @param changes instructions of a Containerfile, such as `USER app` (podman-import(1), --change) */
export async function importImage(tag: string, image: TestImage, changes: readonly string[] = []): Promise<void> {
  const args = ['import', '--quiet', ...changes.map((change) => `--change=${change}`), '-', tag];
  const result = await runCommand('podman', args, { deadlineMs: 120_000, input: imageTar(image) });
  if (!result.ok) throw new Error(result.stderr);
}

export async function removeImages(tags: readonly string[]): Promise<void> {
  await runCommand('podman', ['image', 'rm', '--force', '--ignore', ...tags], { deadlineMs: 60_000 });
}

async function fill(tar: Pack, files: readonly TestFile[], programs: Readonly<Record<string, string>>): Promise<void> {
  for (const name of folders) tar.entry({ name, type: 'directory', mode: 0o755 });
  for (const file of files) addFile(tar, file);
  for (const [name, from] of withLibraries(programs)) {
    const { size } = statSync(realpathSync(from));
    await pipeline(createReadStream(from), tar.entry({ name, size, mode: 0o755 }));
  }
}

function addFile(tar: Pack, { name, content = '', link, mode, uid = 0, gid = 0 }: TestFile): void {
  if (link !== undefined) tar.entry({ name, type: 'symlink', linkname: link });
  else if (name.endsWith('/')) tar.entry({ name, type: 'directory', mode: mode ?? 0o755, uid, gid });
  else tar.entry({ name, mode: mode ?? 0o644, uid, gid }, content);
}

/** Each with what it is linked with, at the places where the loader looks. */
function withLibraries(programs: Readonly<Record<string, string>>): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, path] of Object.entries(programs)) {
    const program = realpathSync(path);
    files.set(name, program);
    const linked = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const [, library = ''] of linked.matchAll(/(\/\S+) \(0x/gu)) files.set(library.slice(1), library);
  }
  return files;
}
