import type { Draft } from './draft.ts';
import { sentence } from './gather.ts';
import { unscoped } from './manifests/package-json.ts';
import type { LeftOut } from './model.ts';
import type { Project } from './projects/project.ts';
import { show } from './words.ts';

export interface Unwrapped {
  readonly drafts: readonly Draft[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * One server in several packages is one server: a project without sources of a server that has the name of one, or a
 * program of its name, only packs it (a binary for npm or PyPI).
 */
export function unwrap(drafts: readonly Draft[], projects: readonly Project[]): Unwrapped {
  const serving = drafts.filter(({ evidence, project }) => evidence.serves.length > 0 && project !== null);
  const packed = new Set<Project>();
  const leftOut: LeftOut[] = [];
  for (const project of projects) {
    if (project.why !== null || serving.some((one) => one.project === project)) continue;
    const names = new Set([project.name ?? '', ...project.programs.map(({ name }) => name ?? '')].map(plain));
    const server = serving.find((one) => names.has(plain(one.program?.name ?? '')));
    if (server === undefined || project.programs.length === 0) continue;
    packed.add(project);
    server.alsoPublished.push(...project.published);
    const why = sentence(
      `it packs the server ${show(server.program?.name ?? '')} of ${show(server.folder)} for another registry`,
    );
    leftOut.push({ path: project.by.file, format: project.by.format, why });
  }
  return { drafts: drafts.filter(({ project }) => project === null || !packed.has(project)), leftOut };
}

function plain(name: string): string {
  return unscoped(name)
    .toLowerCase()
    .replaceAll(/[-_.]+/g, '-');
}
