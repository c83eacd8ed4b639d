import { backs } from './attach.ts';
import { contradictionsOf } from './contradictions.ts';
import type { Draft } from './draft.ts';
import { judge } from './examine.ts';
import { finish } from './finish.ts';
import { fold } from './fold.ts';
import { gather, limitReached, sentence } from './gather.ts';
import type { Gathered } from './gather.ts';
import { limits } from './limits.ts';
import type { Discovery, DiscoveryFinding, LeftOut, RepositoryFiles } from './model.ts';
import { namesOf } from './names.ts';
import { examineProjects } from './projects/examined.ts';
import type { ExaminedProjects } from './projects/examined.ts';
import { compare } from './trust.ts';
import { treeOf } from './tree.ts';
import { show } from './words.ts';
import { unwrap } from './wrappers.ts';

/**
 * Finds the MCP servers that a repository holds, and how each is started, from its manifests and sources. Everything is
 * read as data: nothing is run, evaluated or fetched, and how much is read is bounded.
 */
export async function discover(files: RepositoryFiles): Promise<Discovery> {
  const tree = treeOf(files);
  const gathered = await gather(tree);
  const projects = await examineProjects(tree, gathered.projects);
  const own = judgeAll(projects, gathered);
  const folded = await fold(own.drafts, gathered.declarations, tree, (path) => projects.look(path));
  const drafts = [...folded.drafts].sort(inOrder).slice(0, limits.servers);
  const names = namesOf(drafts);
  const servers = drafts.map((draft, index) => finish(draft, names[index] ?? ''));
  const told = drafts.flatMap((draft, index) => contradictionsOf(draft, names[index] ?? ''));
  const ended = tree.exhausted
    ? [limitReached('.', 'The repository holds more sources than are read; servers may be missing.')]
    : [];
  const findings = [...named(gathered.findings, servers), ...named(own.findings, servers), ...told, ...ended];
  const leftOut = [...gathered.leftOut, ...projects.leftOut, ...own.leftOut, ...folded.leftOut];
  return {
    servers,
    leftOut: leftOut.sort((one, other) => compare(one.path, other.path)).slice(0, limits.leftOut),
    findings: findings
      .sort((one, other) => compare(one.place.file, other.place.file) || one.place.line - other.place.line)
      .slice(0, limits.findings),
  };
}

interface Judged {
  readonly drafts: readonly Draft[];
  readonly leftOut: readonly LeftOut[];
  readonly findings: readonly DiscoveryFinding[];
}

function judgeAll({ examined }: ExaminedProjects, { declarations }: Gathered): Judged {
  const backing = declarations.filter(({ kind }) => kind === 'registered' || kind === 'bundled');
  const drafts: Draft[] = [];
  const leftOut: LeftOut[] = [];
  const findings: DiscoveryFinding[] = [];
  for (const one of examined) {
    const { project } = one;
    const backed = project.registryName !== null || backing.some((said) => backs(said, project));
    const verdict = judge(one, backed);
    drafts.push(...verdict.drafts);
    if (verdict.why !== null)
      leftOut.push({ path: project.by.file, format: project.by.format, why: sentence(verdict.why) });
    for (const { by, name } of verdict.others) {
      const why = sentence(`the program ${show(name ?? by.field)} starts no MCP server, as far as its sources show`);
      leftOut.push({ path: by.file, format: by.format, why });
    }
    // What is wrong with a script concerns only those who have a server in mind.
    if (verdict.drafts.length > 0 || backed) findings.push(...project.findings);
  }
  const unwrapped = unwrap(
    drafts,
    examined.map(({ project }) => project),
  );
  const told = new Set(unwrapped.leftOut.map(({ path }) => path));
  return {
    drafts: unwrapped.drafts,
    leftOut: [...leftOut.filter(({ path }) => !told.has(path)), ...unwrapped.leftOut],
    findings,
  };
}

function inOrder(one: Draft, other: Draft): number {
  return (
    compare(one.folder === '.' ? '' : one.folder, other.folder === '.' ? '' : other.folder) ||
    compare(one.program?.name ?? '', other.program?.name ?? '')
  );
}

/** A finding about a manifest belongs to the server that the manifest speaks of. */
function named(findings: readonly DiscoveryFinding[], servers: Discovery['servers']): readonly DiscoveryFinding[] {
  return findings.map((one) => {
    const owner = servers.find(({ declaredIn }) => declaredIn.some(({ file }) => file === one.place.file));
    return { ...one, server: one.server ?? owner?.name ?? null };
  });
}
