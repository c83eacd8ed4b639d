import type { Location } from '../result/model.ts';
import type { SecretValue, ServerConfig, SourceSpec } from './model.ts';

/** What the configuration says of places in which servers are to be found, and what is told of those that were. */

export type RepositorySource = Extract<SourceSpec, { kind: 'git' | 'path' | 'mcpb' | 'registry' }>;

export function isRepository(source: SourceSpec): source is RepositorySource {
  return ['git', 'path', 'mcpb', 'registry'].includes(source.kind);
}

export interface RegistrySpec {
  /** With its `@`. */
  readonly scope: string;
  readonly url: URL;
  /** null: it wants none. */
  readonly token: SecretValue | null;
}

/** A source that holds any number of servers. */
export interface RepositorySpec {
  readonly source: RepositorySource;
  /** Where it stands in the user's file; null when it came from an input. */
  readonly location: Location | null;
}

/** A server that was found in a repository. */
export interface FoundEntry {
  readonly name: string;
  /** What it is run from: the repository, or the package that a manifest names. */
  readonly source: SourceSpec;
  /** What holds it, which is what a `build` is made from. */
  readonly repository: SourceSpec;
  readonly location: Location | null;
  /** Arguments that its manifest gives; the file's `args` replace them. */
  readonly args: readonly string[];
  /** Variables that its manifest asks for; `place` says where, for a sentence. */
  readonly wanted: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly value: string | null;
    readonly place: string;
  }[];
}

export interface FoundServers {
  /** By the name of the entry; one that is missing was not selected. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Names under `servers`, of cases and of the input `servers` that nothing bears, with where they stand. */
  readonly missing: readonly { readonly server: ServerConfig; readonly why: string }[];
  readonly notes: readonly string[];
}
