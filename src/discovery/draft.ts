import type { Declaration } from './declaration.ts';
import type { Evidence } from './evidence/evidence.ts';
import { noEvidence } from './evidence/evidence.ts';
import type { Language, PublishedAs, Start } from './model.ts';
import type { Program, Project } from './projects/project.ts';

/** A server in the making: what starts it, and all that has been said of it so far. */
export interface Draft {
  readonly folder: string;
  readonly language: Language;
  readonly start: Start;
  readonly command: readonly string[];
  /** null for one that only a declaration makes. */
  readonly project: Project | null;
  readonly program: Program | null;
  /** Other programs of the project that start the same server. */
  readonly aliases: readonly Program[];
  readonly evidence: Evidence;
  /** It shares its project with other servers, so the project's name is not its own. */
  readonly oneOfSeveral: boolean;
  readonly said: Declaration[];
  /** By other projects, that only pack or start it. */
  readonly alsoPublished: PublishedAs[];
}

/** @returns a server that a declaration makes by itself */
export function draftOf(
  said: Declaration,
  made: Pick<Draft, 'start' | 'command' | 'language'> & { readonly folder?: string; readonly evidence?: Evidence },
): Draft {
  return {
    folder: said.folder,
    project: null,
    program: null,
    aliases: [],
    evidence: noEvidence,
    oneOfSeveral: false,
    ...made,
    said: [said],
    alsoPublished: [],
  };
}
