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
}

/** A name that no other run of these tests gives. */
export function testTag(name: string): string {
  return `localhost/mcp-workflow-test-${name}:${process.pid}`;
}

const folders = ['tmp', 'usr/bin', 'proc', 'sys', 'dev', 'etc', 'home', 'run'];

/** The files of an image as a user would name one, made of this machine's own: no registry is needed. */
export function imageTar({ files = [], node = false }: TestImage): Readable {
  const tar = pack();
  void fill(tar, files, node).then(
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

async function fill(tar: Pack, files: readonly TestFile[], node: boolean): Promise<void> {
  for (const name of folders) tar.entry({ name, type: 'directory', mode: 0o755 });
  for (const file of files) addFile(tar, file);
  for (const [name, from] of node ? nodeFiles() : []) {
    const { size } = statSync(realpathSync(from));
    await pipeline(createReadStream(from), tar.entry({ name, size, mode: 0o755 }));
  }
}

function addFile(tar: Pack, { name, content = '', link, mode, uid = 0, gid = 0 }: TestFile): void {
  if (link !== undefined) tar.entry({ name, type: 'symlink', linkname: link });
  else if (name.endsWith('/')) tar.entry({ name, type: 'directory', mode: mode ?? 0o755, uid, gid });
  else tar.entry({ name, mode: mode ?? 0o644, uid, gid }, content);
}

function nodeFiles(): [string, string][] {
  const node = realpathSync(process.execPath);
  const linked = execFileSync('ldd', [node], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/gu)].map((match) => match[1] ?? '');
  return [['usr/bin/node', node], ...libraries.map((path): [string, string] => [path.slice(1), path])];
}
