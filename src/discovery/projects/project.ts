import type { Evidence } from '../evidence/evidence.ts';
import type { DeclaredIn, DiscoveryFinding, Language, PublishedAs, Start } from '../model.ts';

/** Something a project can be started by. */
export interface Program {
  /** As its manifest calls it; null where it has no name of its own. */
  readonly name: string | null;
  readonly by: DeclaredIn;
  readonly language: Language;
  readonly start: Start;
  /** As typed in the project's folder. */
  readonly command: readonly string[];
  /** The file that is started, relative to the root; null where it is none. It need not exist. */
  readonly target: string | null;
  /** Sources it is made of, as far as they are in the repository. */
  readonly sources: readonly string[];
  readonly needsBuild: boolean;
  /** Set up by the manifest as something to run, not guessed from what the sources hold. */
  readonly declared: boolean;
}

/** A folder with the manifest of a language's package manager. */
export interface Project {
  readonly ecosystem: 'npm' | 'python' | 'go' | 'cargo' | 'dotnet';
  readonly by: DeclaredIn;
  readonly folder: string;
  readonly name: string | null;
  readonly version: string | null;
  /** `mcpName`. */
  readonly registryName: string | null;
  readonly published: readonly PublishedAs[];
  readonly programs: readonly Program[];
  /** Prose of the manifest, by which a proxy or an inspector calls itself one. */
  readonly description: string;
  /** Why it cannot hold a server, where the manifest alone says so. */
  readonly why: string | null;
  readonly findings: readonly DiscoveryFinding[];
}

/** A project and what its programs show. */
export interface Examined {
  readonly project: Project;
  readonly evidence: ReadonlyMap<Program, Evidence>;
}

/** What the manifest of a project is known by before its programs are looked for. */
export interface ManifestFacts {
  readonly path: string;
  readonly folder: string;
  readonly name: string | null;
}
