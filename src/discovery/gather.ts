import type { Declaration } from './declaration.ts';
import { finding } from './declaration.ts';
import { isSkipped, lookAlikeKind } from './folders.ts';
import { limits } from './limits.ts';
import type { DiscoveryFinding, LeftOut, ManifestFormat } from './model.ts';
import { baseOf, depthOf, folderOf } from './paths.ts';
import { recognise } from './recognise.ts';
import type { ProjectFile, Recognised } from './recognise.ts';
import { compare } from './trust.ts';
import type { Tree } from './tree.ts';

/** Manifest of a language's package manager, not yet read. */
export interface ProjectText {
  readonly path: string;
  readonly format: ProjectFile;
  readonly text: string;
}

/** All manifests of a repository, read as far as they declare servers by themselves. */
export interface Gathered {
  readonly projects: readonly ProjectText[];
  readonly declarations: readonly Declaration[];
  readonly leftOut: readonly LeftOut[];
  readonly findings: readonly DiscoveryFinding[];
}

type Known = readonly [string, NonNullable<Recognised>];

/** Finds the manifests by path and content. */
export async function gather(tree: Tree): Promise<Gathered> {
  const known = tree.paths
    .filter((path) => !isSkipped(path) && depthOf(path) <= limits.depth)
    .map((path) => [path, recognise(path)] as const)
    .filter((pair): pair is Known => pair[1] !== null)
    .sort(([one], [other]) => depthOf(one) - depthOf(other) || compare(one, other));
  const isLike = ([path]: Known) => lookAlikeKind(folderOf(path)) !== null;
  const looked = known.filter((pair) => !isLike(pair));
  const read = await readAll(tree, looked.slice(0, limits.manifests));
  const beyond = looked[limits.manifests];
  const message = `Only the first ${limits.manifests} manifests of ${looked.length} were read.`;
  return {
    ...read,
    leftOut: [...lookAlikes(known.filter(isLike)), ...read.leftOut],
    findings: beyond === undefined ? read.findings : [...read.findings, limitReached(beyond[0], message)],
  };
}

async function readAll(tree: Tree, known: readonly Known[]): Promise<Gathered> {
  const projects: ProjectText[] = [];
  const declarations: Declaration[] = [];
  const leftOut: LeftOut[] = [];
  const findings: DiscoveryFinding[] = [];
  let full = false;
  for (const [path, what] of known) {
    const text = await tree.read(path);
    if (text === null) continue;
    if ('project' in what) {
      projects.push({ path, format: what.project, text });
      continue;
    }
    if (declarations.length >= limits.declarations) {
      if (!full) findings.push(limitReached(path, `Only the first ${limits.declarations} declarations were read.`));
      full = true;
      continue;
    }
    const readings = what.readers.map(({ format, read }) => ({ format, reading: read({ path, text }) }));
    const found = readings.find(({ reading }) => reading.declarations.length > 0)?.reading;
    declarations.push(...(found?.declarations ?? []));
    findings.push(...(found?.findings ?? []));
    if (found === undefined) leftOut.push(...unread(path, readings[0]));
  }
  return { projects, declarations, leftOut, findings };
}

export function limitReached(file: string, message: string): DiscoveryFinding {
  return finding('discovery-limit', 'low', { file, line: 1, column: 1 }, message);
}

function unread(
  path: string,
  first: { format: ManifestFormat; reading: { why: string | null } } | undefined,
): LeftOut[] {
  const why = first?.reading.why ?? null;
  // A file that merely resembles one of the names need not be explained.
  const exact =
    /^(?:server\.json|fastmcp\.json|gemini-extension\.json|smithery\.ya?ml|server\.ya?ml|\.?mcp\.json)$/.test(
      baseOf(path),
    );
  return first === undefined || why === null || !exact ? [] : [{ path, format: first.format, why: sentence(why) }];
}

/** One entry for each folder of tests, examples and so on, however many manifests lie in it. */
function lookAlikes(known: readonly Known[]): LeftOut[] {
  const folders = new Map<string, { kind: string; count: number }>();
  for (const [path] of known) {
    const segments = folderOf(path).split('/');
    const end = segments.findIndex((_, index) => lookAlikeKind(segments.slice(0, index + 1).join('/')) !== null);
    const folder = segments.slice(0, end + 1).join('/');
    const before = folders.get(folder);
    folders.set(folder, { kind: lookAlikeKind(folder) ?? '', count: (before?.count ?? 0) + 1 });
  }
  return [...folders].map(([path, { kind, count }]) => ({
    path,
    format: null,
    why: sentence(
      `${kind}, by the name of the folder: ${count === 1 ? 'one manifest in it was' : `${count} manifests in it were`} not looked at`,
    ),
  }));
}

/** @returns a phrase as a sentence */
export function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}
