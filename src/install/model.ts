import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { StartupOutcome, ResolvedSource } from '../result/model.ts';

/** An installed server, shared by all servers that have the same one. Never changed once made. */
export interface InstalledTree {
  /** Holds it; null where an image is all there is. */
  readonly volume: string | null;
  /** Who owns the volume; null where there is none. */
  readonly uid: number | null;
  readonly resolved: ResolvedSource;
  /** That was built, and in which the server runs; absent: the one that the configuration names. */
  readonly image?: PreparedImage;
  /** The commands that the package declares: name to what starts it. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  /** What an image starts by itself; null for what is no image. */
  readonly start: { readonly entrypoint: readonly string[]; readonly command: readonly string[] } | null;
  /** For choosing among several commands. */
  readonly packageName: string | null;
  /** Where the server is started: its own folder, so that a relative `command` works; null where that means nothing. */
  readonly workdir: string | null;
  readonly size: number;
  readonly scripts: ScriptsReport;
  readonly timings: { readonly resolveMs: number; readonly fetchMs: number; readonly scriptsMs: number };
  readonly npm: string | null;
  /**
   * The Node that starts it, and the range that its package.json asks for (`engines`). Null where it asks for none, absent
   * where nobody looked.
   */
  readonly node?: { readonly version: string; readonly wanted: string } | null;
  /** Other tools that installed it: names to versions. */
  readonly tools?: Readonly<Record<string, string>>;
}

/** What became of the install scripts; that one failed is evidence, and the server may well start without it. */
export interface ScriptsReport {
  /** Packages of the tree that have some. */
  readonly packages: readonly string[];
  readonly ran: boolean;
  /** The last lines of what went wrong, or null. */
  readonly failure: string | null;
}

/** The server could not be installed, and it is not infrastructure: a verdict. */
export interface InstallFailure {
  readonly outcome: StartupOutcome;
  readonly advice: string;
  readonly stderrTail: string;
  readonly exitCode: number | null;
  readonly resolved: ResolvedSource | null;
}

export type InstallResult =
  | { readonly kind: 'installed'; readonly tree: InstalledTree }
  | { readonly kind: 'failed'; readonly failure: InstallFailure }
  /** Registry, network or sandbox: never a verdict on the server. `reason` is a sentence. */
  | { readonly kind: 'infrastructure'; readonly reason: string };

/** Where the volume is mounted in every container of a server: a place that no image has. */
export const treePath = '/opt/mcp-workflow/app';
