import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for one test file; the caller removes it. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'checkout-')));
}

const quiet = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_ALLOW_PROTOCOL: 'file',
};

/** Runs git as a user of today would, without this machine's settings. @returns stdout, trimmed */
export function git(cwd: string, args: readonly string[], input?: string | Buffer): string {
  const options = { cwd, env: quiet, maxBuffer: 64 * 1024 ** 2, stdio: ['pipe', 'pipe', 'pipe'] as 'pipe'[] };
  return execFileSync('git', args, { ...options, input: input ?? '' })
    .toString('utf8')
    .trim();
}

/** Writes files, their folders included; a name that ends in `/` is an empty folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A repository with one commit of these files. @returns its commit */
export function makeRepository(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
  init: readonly string[] = [],
): string {
  mkdirSync(folder, { recursive: true });
  git(folder, ['init', '-q', '-b', 'main', ...init]);
  return commitFiles(folder, files);
}

/** Adds files, and commits everything there is. @returns the commit */
export function commitFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  writeFiles(folder, files);
  git(folder, ['add', '-A', '-f']);
  git(folder, ['commit', '-q', '--allow-empty', '-m', 'files']);
  return git(folder, ['rev-parse', 'HEAD']);
}

export interface RawEntry {
  readonly mode: '100644' | '100755' | '120000' | '160000' | '40000';
  readonly name: string | Buffer;
  readonly oid: string;
}

export function blob(folder: string, content: string | Buffer): string {
  return git(folder, ['hash-object', '-w', '--stdin'], content);
}

/** Writes a tree exactly as given, which git's own commands would refuse to. */
export function tree(folder: string, entries: readonly RawEntry[]): string {
  const raw = entries.map(({ mode, name, oid }) =>
    Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
  );
  return git(folder, ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(raw));
}

/** A commit of such a tree on `main`. @returns the commit */
export function commitTree(folder: string, entries: readonly RawEntry[]): string {
  const commit = git(folder, ['commit-tree', '-m', 'tree', tree(folder, entries)]);
  git(folder, ['update-ref', 'refs/heads/main', commit]);
  return commit;
}
