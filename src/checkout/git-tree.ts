import type { ContentReader, Contents } from './contents.ts';
import { type CleanEntries, cleanEntries, type Entry, leftOut } from './entry.ts';
import { CheckoutRefused, CheckoutUnavailable } from './errors.ts';
import { type Git, gitLocal } from './git-command.ts';
import { type CheckoutLimits, maxTextBytes, mebibytes } from './limits.ts';

/** Bytes of git's list; even the largest repositories stay far below. */
const maxList = 32 * 1024 ** 2;
const maxTarget = 4096;

/**
 * Lists the files of a commit that lies here, and reads where its links lead.
 * @throws CheckoutRefused where they are too many or too large
 */
export async function readTree(
  git: Git,
  commit: string,
  given: string,
  limits: CheckoutLimits,
  contents: Contents,
): Promise<CleanEntries<Entry>> {
  const { raw, submodules } = parseTree(await listTree(git, commit, given), given, limits);
  const { entries, notes } = cleanEntries(raw);
  const reader = contents.reader();
  try {
    const linked: Entry[] = [];
    for (const entry of entries) linked.push({ ...entry, target: await targetOf(entry, reader) });
    const sayings = [...notes, ...submoduleNote(submodules), ...(await lfsNote(linked, reader))];
    return { entries: linked, notes: sayings };
  } finally {
    await reader.close();
  }
}

async function listTree(git: Git, commit: string, given: string): Promise<string> {
  const result = await gitLocal(git, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit], { maxOutput: maxList });
  if (result.ok) return result.stdout;
  if (result.canceled) throw new CheckoutUnavailable(`Reading ${given} was canceled.`);
  // A tree that holds itself many times over has no end.
  if (result.timedOut || result.signal !== null)
    throw new CheckoutRefused(`${given} holds too many files to be listed.`);
  throw new CheckoutRefused(`${given} is not used: its list of files is malformed.`);
}

const line = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/su;

function parseTree(list: string, given: string, limits: CheckoutLimits) {
  const lines = list.split('\0').slice(0, -1);
  if (lines.length > limits.files) {
    throw new CheckoutRefused(`${given} holds more than ${limits.files} files, which is more than is taken.`);
  }
  const raw: Entry[] = [];
  const submodules: string[] = [];
  let bytes = 0;
  for (const text of lines) {
    const [, mode = '', type, oid = '', size = '', path = ''] = line.exec(text) ?? [];
    if (type === 'commit') submodules.push(path);
    if (type !== 'blob') continue;
    bytes += Number(size);
    const kind = mode === '120000' ? 'link' : 'file';
    raw.push({ path, kind, executable: mode === '100755', size: Number(size), oid, target: null });
  }
  if (bytes > limits.unpackedBytes) {
    throw new CheckoutRefused(`${given} is larger than ${mebibytes(limits.unpackedBytes)} when it is unpacked.`);
  }
  return { raw, submodules };
}

async function targetOf(entry: Entry, reader: ContentReader): Promise<string | null> {
  if (entry.kind !== 'link' || entry.size > maxTarget) return null;
  const content = await reader.open(entry);
  return Buffer.concat(await Array.fromAsync(content.chunks)).toString('utf8');
}

function submoduleNote(paths: readonly string[]): string[] {
  return paths.length === 0 ? [] : [leftOut(paths, paths.length === 1 ? 'a submodule' : 'submodules')];
}

/** What lies in Git LFS is elsewhere, and was not asked for: its user should know why a file is three lines long. */
async function lfsNote(entries: readonly Entry[], reader: ContentReader): Promise<string[]> {
  const attributes = entries.find(({ path, kind }) => path === '.gitattributes' && kind === 'file');
  if (attributes === undefined || attributes.size > maxTextBytes) return [];
  const content = await reader.open(attributes);
  const text = Buffer.concat(await Array.fromAsync(content.chunks)).toString('utf8');
  return /\bfilter=lfs\b/u.test(text)
    ? ['Files kept in Git LFS are not fetched: there are only the pointers to them.']
    : [];
}
