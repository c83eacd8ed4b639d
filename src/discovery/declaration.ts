import type {
  DeclaredIn,
  DiscoveryFinding,
  Language,
  ManifestFormat,
  PublishedAs,
  WantedArgument,
  WantedVariable,
} from './model.ts';
import type { Structured, ValuePath } from './structured.ts';
import { folderOf } from './paths.ts';

/** A file that may be a manifest. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

export type Transport = 'stdio' | 'streamable-http' | 'sse';

/** What any manifest may say of a server; what it does not say is null or empty. */
export interface Said {
  readonly by: DeclaredIn;
  /** Of the manifest. */
  readonly folder: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly registryName: string | null;
  readonly packages: readonly PublishedAs[];
  readonly remotes: readonly string[];
  /** Fixed arguments that follow the program; null where it does not say how the program is started. */
  readonly args: readonly string[] | null;
  readonly wants: readonly WantedArgument[];
  readonly env: readonly WantedVariable[];
  readonly transports: readonly Transport[];
}

/** `server.json`: a server as the registry knows it. */
export interface Registered extends Said {
  readonly kind: 'registered';
}

/** A bundle's manifest: a program of this repository, or of what is packed into the bundle. */
export interface Bundled extends Said {
  readonly kind: 'bundled';
  readonly runtime: 'node' | 'python' | 'uv' | 'binary';
  /** Relative to the folder of the manifest, as the bundle has it. */
  readonly entry: string | null;
  readonly command: readonly string[];
}

/** `fastmcp.json`: a file of this repository that FastMCP runs. */
export interface Composed extends Said {
  readonly kind: 'composed';
  /** Relative to the root. */
  readonly source: string;
  /** As `fastmcp run` takes it. */
  readonly target: string;
}

/** An entry of a catalogue: a server that may well live elsewhere. */
export interface Listed extends Said {
  readonly kind: 'listed';
  readonly language: Language;
}

/** An entry of a client's configuration: it points at a server and makes none. */
export interface Reference extends Said {
  readonly kind: 'reference';
  /** Program and arguments; null for a remote one. */
  readonly command: readonly string[] | null;
  /** Relative to the root; null where it leaves it. */
  readonly cwd: string | null;
}

/** smithery.yaml, Dockerfile: says more of a server that others declare. */
export interface Hint extends Said {
  readonly kind: 'hint';
  /** What it starts; empty where it does not say. */
  readonly command: readonly string[];
  /** Go packages or .NET projects that it builds. */
  readonly builds: readonly string[];
}

export type Declaration = Registered | Bundled | Composed | Listed | Reference | Hint;

/** What one manifest says. */
export interface Reading {
  readonly declarations: readonly Declaration[];
  readonly findings: readonly DiscoveryFinding[];
  /** Why the file, which has the name of a manifest, declares nothing; null where it does, or is none. */
  readonly why: string | null;
}

export const nothing: Reading = { declarations: [], findings: [], why: null };

/** One saying of `file`, to be filled in. */
export function saying(by: DeclaredIn): Said {
  return {
    by,
    folder: folderOf(by.file),
    name: null,
    version: null,
    registryName: null,
    packages: [],
    remotes: [],
    args: null,
    wants: [],
    env: [],
    transports: [],
  };
}

/** @param path keys that lead to the field, which is also how it is named */
export function declaredIn(format: ManifestFormat, file: string, document: Structured, path: ValuePath): DeclaredIn {
  const field = path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`));
  return { format, field: field.join('') || '(whole file)', file, ...document.position(path) };
}

/** A finding about a place of a manifest; the server it belongs to is filled in when it is known. */
export function finding(
  check: string,
  severity: DiscoveryFinding['severity'],
  by: { readonly file: string; readonly line: number; readonly column: number },
  message: string,
  server: string | null = null,
): DiscoveryFinding {
  return { check, severity, server, message, place: { file: by.file, line: by.line, column: by.column } };
}
