import { attachBundled, attachComposed, attachHint, attachListed, attachRegistered } from './attach.ts';
import type { Attached } from './attach.ts';
import type { Declaration, Reference } from './declaration.ts';
import type { Draft } from './draft.ts';
import { draftOf } from './draft.ts';
import type { Evidence } from './evidence/evidence.ts';
import { sentence } from './gather.ts';
import type { LeftOut } from './model.ts';
import { folderOf, relativeTo, within } from './paths.ts';
import { pointsAt, serverPointedAt, startedByReference } from './references.ts';
import type { Tree } from './tree.ts';
import { show } from './words.ts';

export interface Folded {
  readonly drafts: readonly Draft[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Folds declarations into the servers that they are about. Those that can make a server come first; a reference only
 * makes one where it starts a file of this repository whose sources make a server.
 */
export async function fold(
  own: readonly Draft[],
  declarations: readonly Declaration[],
  tree: Tree,
  look: (path: string) => Promise<Evidence>,
): Promise<Folded> {
  const drafts = [...own];
  const leftOut: LeftOut[] = [];
  for (const kind of ['registered', 'bundled', 'composed', 'listed', 'hint'] as const) {
    const before = [...drafts];
    for (const said of declarations.filter((one) => one.kind === kind)) {
      // An entry of a catalogue is not measured by other entries, but any other declaration by all that came before.
      const found = attach(said, kind === 'listed' || kind === 'registered' ? before : drafts, tree);
      settle(found, said, drafts, leftOut);
    }
  }
  const references = declarations.filter((one) => one.kind === 'reference');
  const foreign: Reference[] = [];
  for (const said of references) {
    const draft = serverPointedAt(said, drafts) ?? (await startedFile(said, drafts, tree, look));
    if (draft === null) foreign.push(said);
    else if (!draft.said.includes(said)) draft.said.push(said);
  }
  return { drafts, leftOut: [...leftOut, ...foreignReferences(foreign)] };
}

function attach(said: Declaration, drafts: readonly Draft[], tree: Tree): Attached {
  if (said.kind === 'registered') return attachRegistered(said, drafts);
  if (said.kind === 'bundled') return attachBundled(said, drafts, tree);
  if (said.kind === 'composed') return attachComposed(said, drafts, tree);
  if (said.kind === 'listed') return attachListed(said, drafts);
  return said.kind === 'hint' ? attachHint(said, drafts) : null;
}

function settle(found: Attached, said: Declaration, drafts: Draft[], leftOut: LeftOut[]): void {
  if (found === null) return;
  if ('to' in found) for (const one of found.to) one.said.push(said);
  else if ('makes' in found) drafts.push(found.makes);
  else leftOut.push({ path: said.by.file, format: said.by.format, why: sentence(found.why) });
}

async function startedFile(
  said: Reference,
  drafts: Draft[],
  tree: Tree,
  look: (path: string) => Promise<Evidence>,
): Promise<Draft | null> {
  const started = startedByReference(said);
  const path = started?.kind === 'file' && said.cwd !== null ? within(said.cwd, started.path) : null;
  if (started?.kind !== 'file' || path === null || !tree.has(path) || !/\.(?:[cm]?[jt]s|py)$/.test(path)) return null;
  const evidence = await look(path);
  const same = drafts.find((one) => one.evidence.serves.some((file) => evidence.serves.includes(file)));
  if (evidence.serves.length === 0 || same !== undefined) return same ?? null;
  const folder = folderOf(path);
  const file = relativeTo(folder, path);
  const python = path.endsWith('.py');
  const command = [python ? 'python' : 'node', file, ...started.rest];
  const start = python
    ? ({ kind: 'python', run: { file }, args: started.rest } as const)
    : ({ kind: 'node', bin: null, file, args: started.rest } as const);
  const typed = /\.[cm]?ts$/.test(path) ? 'typescript' : 'javascript';
  const draft = draftOf(said, { start, command, folder, evidence, language: python ? 'python' : typed });
  drafts.push(draft);
  return draft;
}

function foreignReferences(references: readonly Reference[]): LeftOut[] {
  const files = Map.groupBy(references, (one) => one.by.file);
  return [...files].map(([path, all]) => {
    const shown = all.slice(0, 5).map((one) => `${show(one.name ?? '')} at ${pointsAt(one)}`);
    const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : '';
    return {
      path,
      format: all[0]?.by.format ?? null,
      why: sentence(
        `a client's configuration that points at nothing that is a server of this repository: ${shown.join(', ')}${more}`,
      ),
    };
  });
}
