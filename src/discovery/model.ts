/** Files of a repository as discovery sees them; what they hold is data, and hostile. */
export interface RepositoryFiles {
  /** Relative to the root, with `/`, sorted; regular files only. */
  readonly paths: readonly string[];
  /** @returns null where there is no such text file of a bearable size. Never rejects. */
  text(path: string): Promise<string | null>;
}

export type ManifestFormat =
  | 'server.json'
  | 'package.json'
  | 'pyproject.toml'
  | 'requirements.txt'
  | 'fastmcp.json'
  | 'mcpb'
  | 'smithery.yaml'
  | 'client configuration'
  | 'gemini-extension.json'
  | 'docker server.yaml'
  | 'Dockerfile'
  | 'go.mod'
  | 'Cargo.toml'
  | 'nuget';

/** Where something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One saying of one manifest: which format, where, and in which field (`bin.my-server`, `packages[0]`). */
export interface DeclaredIn extends Place {
  readonly format: ManifestFormat;
  readonly field: string;
}

export type Language = 'typescript' | 'javascript' | 'python' | 'go' | 'rust' | 'csharp' | 'java' | 'other';

/** A package that it is published as. */
export interface PublishedAs {
  readonly registry: 'npm' | 'pypi' | 'oci' | 'nuget' | 'cargo' | 'mcpb';
  readonly name: string;
  /** As declared, exact or not; null where nothing usable is said (`${VERSION}`). */
  readonly version: string | null;
}

/** A variable that a manifest asks for. It can only ask: what is not granted is not given. */
export interface WantedVariable {
  readonly name: string;
  readonly required: boolean;
  /** Declared as such, or named so. */
  readonly secret: boolean;
  readonly description: string | null;
  /** A plain value that the manifest gives; never one of a secret. */
  readonly value: string | null;
}

/** An argument that a manifest names. `given` ones are part of {@link FoundServer.start}; these need somebody's value. */
export interface WantedArgument {
  /** `--flag`, or null for a positional one. */
  readonly flag: string | null;
  /** What it is, for a sentence: `allowed-directory`. */
  readonly hint: string;
  readonly required: boolean;
  readonly secret: boolean;
}

/** How the server is started from the checkout, by what kind of toolchain. */
export type Start =
  /** A bin of a package of npm's: `file` is relative to `folder`, as package.json has it. */
  | { readonly kind: 'node'; readonly bin: string | null; readonly file: string; readonly args: readonly string[] }
  /** A console script of a Python project, a module (`python -m`), a file that runs itself, or one that `fastmcp run` takes. */
  | {
      readonly kind: 'python';
      readonly run:
        | { readonly script: string }
        | { readonly module: string }
        | { readonly file: string }
        | { readonly fastmcp: string };
      readonly args: readonly string[];
    }
  | { readonly kind: 'go'; /** Such as `./cmd/server`. */ readonly main: string; readonly args: readonly string[] }
  | { readonly kind: 'cargo'; readonly bin: string; readonly args: readonly string[] }
  | { readonly kind: 'dotnet'; readonly project: string; readonly args: readonly string[] }
  /** Anything else that is typed in the project's folder, such as `npm start`; or the image of a Dockerfile. */
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'dockerfile'; readonly file: string; readonly args: readonly string[] }
  /** It is not built here: the repository says where it is to be had. */
  | { readonly kind: 'package'; readonly package: PublishedAs; readonly args: readonly string[] }
  | { readonly kind: 'remote'; readonly url: string };

/** One server that the repository holds (or, in a catalogue, lists). */
export interface FoundServer {
  /** Unique in the repository, fit for a server's name: `server-everything`. */
  readonly name: string;
  /** Of its project, relative to the root; `.` for the root itself. */
  readonly folder: string;
  readonly language: Language;
  readonly start: Start;
  /** The start as one would type it in `folder`: `node dist/index.js`, `uv run NAME`, `go run ./cmd/x stdio`. */
  readonly command: readonly string[];
  /** `mcpName`, the name in the registry; null where it has none. */
  readonly registryName: string | null;
  readonly publishedAs: readonly PublishedAs[];
  readonly env: readonly WantedVariable[];
  readonly wants: readonly WantedArgument[];
  readonly transports: readonly ('stdio' | 'streamable-http' | 'sse')[];
  /** Where it runs already, as a manifest says. */
  readonly remotes: readonly string[];
  /** Files must be built before it starts: its entry is not in the repository. */
  readonly needsBuild: boolean;
  /** Everything that says so, the most trusted first. */
  readonly declaredIn: readonly DeclaredIn[];
}

/** A file or folder that looks like a server and is none, and why. */
export interface LeftOut {
  readonly path: string;
  readonly format: ManifestFormat | null;
  /** A sentence. */
  readonly why: string;
}

/** Something wrong with a manifest, or two that contradict each other: never a reason to lose the server. */
export interface DiscoveryFinding {
  /** Stable id: `manifest-unreadable`, `manifest-version-differs`, `manifest-literal-secret`, … */
  readonly check: string;
  readonly severity: 'medium' | 'low' | 'info';
  /** Of the server it is about; null where it is about none. */
  readonly server: string | null;
  /** A sentence. */
  readonly message: string;
  readonly place: Place;
}

export interface Discovery {
  /** In the order of their folders. */
  readonly servers: readonly FoundServer[];
  readonly leftOut: readonly LeftOut[];
  readonly findings: readonly DiscoveryFinding[];
}
