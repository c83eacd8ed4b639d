import type { Draft } from './draft.ts';
import type { Evidence } from './evidence/evidence.ts';
import { noEvidence } from './evidence/evidence.ts';
import { unscoped } from './manifests/package-json.ts';
import type { Examined, Program, Project } from './projects/project.ts';

export interface Verdict {
  readonly drafts: readonly Draft[];
  /** Why the project holds no server; null where it does. */
  readonly why: string | null;
  /** Programs beside the servers, that are none. */
  readonly others: readonly Program[];
}

/** Words by which programs that speak both sides call themselves. */
const between =
  /\b(?:proxy|proxies|bridge|gateway|inspector|inspects?|aggregat\w+|multiplex\w*|router|hub|debug\w*|test(?:er|ing) tool|evaluat\w+ framework)\b/i;

/**
 * Decides which programs of a project are servers: those whose sources make one. Programs that lead to the same
 * sources start one server.
 *
 * @param backed a declaration says that the project is published as a server, whatever its sources show
 */
export function judge({ project, evidence }: Examined, backed: boolean): Verdict {
  if (project.why !== null) return { drafts: [], why: project.why, others: [] };
  const serving = project.programs.filter((one) => (evidence.get(one)?.serves.length ?? 0) > 0);
  const calls = project.programs.some((one) => (evidence.get(one)?.calls.length ?? 0) > 0);
  const foreign = serving.length > 0 && calls && !backed ? whyForeign(project) : null;
  if (foreign !== null) return { drafts: [], why: foreign, others: [] };
  if (serving.length > 0) {
    const groups = groupsOf(serving, evidence);
    const drafts = groups.map((group) => draftOf(project, group, evidence, groups.length > 1));
    return { drafts, why: null, others: project.programs.filter((one) => !serving.includes(one)) };
  }
  if (backed && project.programs.length > 0) {
    return { drafts: [draftOf(project, project.programs, evidence, false)], why: null, others: [] };
  }
  return { drafts: [], why: whyNone(project, calls), others: [] };
}

/** What both calls and serves is a server where it calls itself one, and nothing that stands between. */
function whyForeign({ description, programs }: Project): string | null {
  if (between.test(description))
    return 'it stands between clients and the servers of others, and has no tools of its own';
  const names = programs.map(({ name }) => name ?? '').join(' ');
  if (
    /\bservers?\b|\bmcp\b/i.test(names.replaceAll(/[-_.]/g, ' ')) &&
    !/\b(?:agents?|client|sdk|framework|library)\b/i.test(description.replaceAll(/[-_.]/g, ' '))
  )
    return null;
  if (
    /\bmcp[- ]?servers?\b|\bservers?\b[^.]{0,60}\b(?:mcp|model context protocol)\b|\b(?:mcp|model context protocol)\b[^.]{0,30}\bserver\b/i.test(
      description,
    )
  )
    return null;
  return 'it talks to MCP servers as a client, and does not call itself a server';
}

function whyNone(project: Project, calls: boolean): string {
  if (project.programs.length === 0) return 'a library or part of one: it has no program that starts an MCP server';
  if (calls) return 'its program talks to MCP servers as a client and serves none itself';
  return 'its program starts no MCP server, as far as its sources show';
}

/** Programs whose sources meet in a file that makes a server. */
function groupsOf(
  programs: readonly Program[],
  evidence: ReadonlyMap<Program, Evidence>,
): readonly (readonly Program[])[] {
  const groups: { programs: Program[]; files: Set<string> }[] = [];
  for (const one of programs) {
    const files = evidence.get(one)?.serves ?? [];
    const same = groups.find((group) => files.some((file) => group.files.has(file)));
    if (same === undefined) groups.push({ programs: [one], files: new Set(files) });
    else {
      same.programs.push(one);
      for (const file of files) same.files.add(file);
    }
  }
  return groups.map((group) => group.programs);
}

function draftOf(
  project: Project,
  programs: readonly Program[],
  evidence: ReadonlyMap<Program, Evidence>,
  oneOfSeveral: boolean,
): Draft {
  const [best, ...aliases] = [...programs].sort(
    (one, other) => rank(project, one, evidence) - rank(project, other, evidence),
  );
  if (best === undefined) throw new Error('a group of programs is never empty');
  const { language, start, command } = best;
  return {
    folder: project.folder,
    language,
    start,
    command,
    project,
    program: best,
    aliases,
    evidence: evidence.get(best) ?? noEvidence,
    oneOfSeveral,
    said: [],
    alsoPublished: [],
  };
}

/** The lower, the likelier it is what people start. */
function rank(project: Project, one: Program, evidence: ReadonlyMap<Program, Evidence>): number {
  const name = one.name ?? '';
  const own = unscoped(project.name ?? '');
  let points = 0;
  if (name === own || name.replaceAll('_', '-') === own.replaceAll('_', '-')) points -= 100;
  if (/mcp/i.test(name)) points -= 20;
  if (
    /(?:^|[-_.])(?:https?|sse|web|remote|cli|setup|install\w*|inspect\w*|auth|login|config\w*|curl|client|gen\w*|docs?|dev|debug|test)(?:$|[-_.])/i.test(
      name,
    )
  )
    points += 40;
  if (evidence.get(one)?.transports.includes('stdio') === true) points -= 10;
  if (/(?:^|[-_.])stdio(?:$|[-_.])/i.test(name)) points -= 5;
  return points + project.programs.indexOf(one) / 1000;
}
