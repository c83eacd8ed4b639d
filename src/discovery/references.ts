import type { Reference } from './declaration.ts';
import type { Draft } from './draft.ts';
import { publishedBy } from './attach.ts';
import { startedBy } from './commands.ts';
import type { Started } from './commands.ts';
import { packageKey, publishedAs } from './packages.ts';
import { baseOf, isInside, within } from './paths.ts';
import type { Program } from './projects/project.ts';
import { show } from './words.ts';

/** @returns what a configuration's entry starts; null for a remote server, or where it cannot be told */
export function startedByReference(said: Reference): Started | null {
  return said.command === null ? null : startedBy(said.command);
}

/** @returns the server of this repository that a configuration's entry points at; null where it is none of them */
export function serverPointedAt(said: Reference, drafts: readonly Draft[]): Draft | null {
  const [url] = said.remotes;
  if (url !== undefined)
    return (
      drafts.find((one) =>
        one.said.some(({ kind, remotes }) => kind !== 'reference' && remotes.some((other) => sameUrl(other, url))),
      ) ?? null
    );
  const started = startedByReference(said);
  if (started === null) return null;
  const key = packageStarted(started);
  if (key === null) return drafts.find((one) => isStartedBy(started, one, said)) ?? null;
  // A private package is not published, but a workspace starts it by its name.
  const own = (one: Draft) =>
    key === `npm:${one.project?.ecosystem === 'npm' ? (one.project.name ?? '').toLowerCase() : ''}`;
  return drafts.find((one) => packagesOf(one).has(key) || own(one)) ?? null;
}

function packageStarted(started: Started): string | null {
  if (started.kind === 'npm' || started.kind === 'pypi' || started.kind === 'nuget')
    return packageKey(started.kind, started.name);
  return started.kind === 'image' ? packageKey('oci', publishedAs('oci', started.name, null).name) : null;
}

const known = new WeakMap<Draft, ReadonlySet<string>>();

/** There may be many entries, and many servers: looked up once, when all but references is attached. */
function packagesOf(draft: Draft): ReadonlySet<string> {
  const before = known.get(draft);
  if (before !== undefined) return before;
  const declared = draft.said.flatMap((one) => (one.kind === 'reference' ? [] : one.packages));
  const all = new Set([...publishedBy(draft), ...declared].map((one) => packageKey(one.registry, one.name)));
  known.set(draft, all);
  return all;
}

/** Servers have further addresses below their own: `/mcp` and `/mcp/oauth`. */
function sameUrl(one: string, other: string): boolean {
  const [first, second] = [one, other].map(
    (url) =>
      `${url
        .replace(/[?#].*$/, '')
        .replace(/\/+$/, '')
        .toLowerCase()}/`,
  );
  if (first === undefined || second === undefined) return false;
  return first === second || (/^https?:\/\/[^/]+\/./.test(first) && second.startsWith(first));
}

function isStartedBy(started: Started, draft: Draft, said: Reference): boolean {
  const programs = [draft.program, ...draft.aliases].filter((one) => one !== null);
  const named = (name: string) => programs.some((one) => one.name === name);
  if (started.kind === 'script' || started.kind === 'program') return named(started.name);
  if (started.kind === 'module') {
    const path = started.name.replace(/\.__main__$/, '').replaceAll('.', '/');
    return programs.some(
      ({ target }) => `/${target ?? ''}`.includes(`/${path}.py`) || `/${target ?? ''}`.includes(`/${path}/`),
    );
  }
  const inCwd = (given: string) => (said.cwd === null ? null : within(said.cwd, given));
  if (started.kind === 'file') return isFileOf(inCwd(started.path), started.path, programs);
  if (!('target' in started)) return false;
  const path = inCwd(started.target);
  if (draft.start.kind !== started.kind) return false;
  if (started.kind === 'cargo') return started.target === '' || named(started.target);
  if (started.kind === 'dotnet') return path === draft.folder || path === `${draft.folder}/${baseOf(started.target)}`;
  return path !== null && programs.some(({ target }) => target !== null && isInside(path, target));
}

function isFileOf(path: string | null, given: string, programs: readonly Program[]): boolean {
  return programs.some(
    ({ target, sources, name }) =>
      (path !== null && (target === path || sources.includes(path))) || name === baseOf(given),
  );
}

/** A phrase for the report: what an entry points at. */
export function pointsAt(said: Reference): string {
  const [url] = said.remotes;
  if (url !== undefined) return show(url.replace(/[?#].*$/, ''));
  const started = startedByReference(said);
  if (started === null) return show((said.command ?? []).slice(0, 3).join(' '));
  if ('path' in started) return `the file ${show(started.path)}`;
  return show('name' in started ? started.name : started.target);
}
