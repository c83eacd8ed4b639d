import { compare } from './trust.ts';
import type { Draft } from './draft.ts';
import { unscoped } from './manifests/package-json.ts';
import { baseOf } from './paths.ts';

/** Names that say nothing: many servers have them. */
const generic = /^(?:mcp|server|mcp[-_]?server|index|main|cli|app|stdio|start|run|src|dist|packages?|\.|)$/i;

const longest = 60;

/** @returns a name for each server, unique and fit for a configuration: letters, digits, `.`, `_` and `-` */
export function namesOf(drafts: readonly Draft[]): readonly string[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    const name = unique(draft, taken);
    taken.add(name.toLowerCase());
    return name;
  });
}

function unique(draft: Draft, taken: ReadonlySet<string>): string {
  const base = clean(candidates(draft).find((name) => !generic.test(clean(name))) ?? 'server');
  const folder = clean(`${base}-${baseOf(draft.folder)}`);
  const free = [base, ...(draft.folder === '.' ? [] : [folder])].find((name) => !taken.has(name.toLowerCase()));
  if (free !== undefined) return free;
  for (let number = 2; ; number++) {
    const name = `${base.slice(0, longest - 5)}-${number}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

/** The package's name, unless it is everybody's or its servers are several; then the program's; then where it lies. */
function candidates(draft: Draft): readonly string[] {
  const { project, program, folder, oneOfSeveral } = draft;
  const own = program?.name ?? '';
  const packaged = project?.ecosystem === 'npm' || project?.ecosystem === 'python' || project?.ecosystem === 'dotnet';
  const scope = /^@([^/]+)\//.exec(project?.name ?? '')?.[1];
  const name = unscoped(project?.name ?? '');
  const ofProject = packaged && !oneOfSeveral ? [name] : [];
  const said = [...draft.said]
    .sort((one, other) => compare(one.by.format, other.by.format))
    .flatMap((one) => ((one.kind === 'reference' || one.kind === 'hint') && project !== null ? [] : [one.name ?? '']));
  const registered = draft.said.map(({ registryName }) => namespaced(registryName)).filter((one) => one !== null);
  const scoped = scope === undefined || name === '' ? [] : [`${scope}-${name}`];
  return [...ofProject, own, ...said, name, ...scoped, ...registered, baseOf(folder)];
}

/** `com.acme.mcp/mcp` and `io.github.acme/mcp` are `acme-mcp`. */
function namespaced(registryName: string | null): string | null {
  const [, namespace = '', own = ''] = /^([^/]+)\/(.+)$/.exec(registryName ?? '') ?? [];
  const owner = namespace.split('.').slice(/^(?:io|com)\.git(?:hub|lab)\./.test(namespace) ? 2 : 1)[0];
  return owner === undefined || own === '' ? null : `${owner}-${own}`;
}

function clean(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');
}
