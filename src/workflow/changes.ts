import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { compareWith, type Comparison } from '../checkout/comparison.ts';
import { CheckoutRefused, CheckoutUnavailable } from '../checkout/errors.ts';
import { type ConfigDifferences, configDifferences } from '../config/differences.ts';
import type { RunInputs } from '../config/model.ts';
import type { WrittenConfig } from '../config/written.ts';
import { type Host, PlatformUnavailable } from '../host/host.ts';
import { codeOf, messageOf } from '../process/failure.ts';

/** What a run is compared with, where only servers that changed are to run. */
export type Changes =
  /** Why everything runs, as a sentence without its end. */
  { readonly everything: string; readonly commit: string | null } | ({ readonly everything: null } & KnownChanges);

export interface KnownChanges {
  readonly commit: string;
  readonly config: ConfigDifferences;
  readonly files: Comparison;
  /** What changed, without what this run itself writes. */
  readonly changed: ReadonlySet<string>;
  /** The configuration and what it is told by: compared by value, and no part of any server. */
  readonly roles: ReadonlySet<string>;
  /** @returns an absolute path of the workspace as it stands in the others; `.` for the workspace */
  readonly inside: (path: string) => string;
}

export interface ChangesOptions {
  readonly host: Host;
  readonly inputs: Pick<RunInputs, 'config' | 'base'>;
  readonly written: WrittenConfig;
  readonly resultsDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * Finds out what is not as it is in the base. Whatever keeps that from being known is a reason to run everything, and
 * so is whatever could change the meaning of everything.
 */
export async function findChanges(options: ChangesOptions): Promise<Changes> {
  const { host, inputs } = options;
  const base = await host.baseCommit(inputs.base);
  if ('unknown' in base) return { everything: base.unknown, commit: null };
  try {
    return await compare(base.revision, options);
  } catch (error) {
    const reason = unknownBecause(error);
    if (reason === null) throw error;
    return { everything: reason, commit: null };
  }
}

/** @returns why something could not be compared; null for a mistake of ours */
export function unknownBecause(error: unknown): string | null {
  const ours = [CheckoutRefused, CheckoutUnavailable, PlatformUnavailable];
  return ours.some((kind) => error instanceof kind) || codeOf(error) !== null ? messageOf(error) : null;
}

async function compare(revision: string, options: ChangesOptions): Promise<Changes> {
  const { host, inputs, signal } = options;
  const root = await realpath(host.workspace);
  const inside = (path: string) => relative(root, path) || '.';
  const elsewhere = host.repository;
  const files = await compareWith(root, revision, { elsewhere, withUntracked: host.kind === 'terminal', signal });
  const { commit, base } = files;
  const results = inside(options.resultsDirectory);
  const isOurs = (path: string) => path.startsWith(`${results}/`) && !base.has(path);
  const changed = new Set(files.changed.filter((path) => !isOurs(path)));
  const [leading] = files.leading;
  if (leading !== undefined) return { everything: `the link or submodule ${leading} changed`, commit };
  const step = host.kind === 'github' ? [...changed].find(isOfSteps) : undefined;
  if (step !== undefined) return { everything: `${step} changed, and with it perhaps what this step is given`, commit };
  const written = relativeTo(options.written, inside);
  const earlier = { changed, has: base.has, text: base.text, hasLinks: files.links.size > 0 };
  const config = await configDifferences(written, inputs.config, earlier);
  if (config.everything !== null) return { everything: config.everything, commit };
  return { everything: null, commit, config, files, changed, roles: config.roles, inside };
}

/** What may say which inputs, secrets and version of the action a step has. */
function isOfSteps(path: string): boolean {
  return /^\.github\/(?:workflows|actions|scripts)\//iu.test(path) || /(?:^|\/)action\.ya?ml$/iu.test(path);
}

function relativeTo(written: WrittenConfig, inside: (path: string) => string): WrittenConfig {
  const { file, cases, others } = written;
  return {
    ...written,
    file: file === null ? null : inside(file),
    cases: cases.map((each) => ({ ...each, file: inside(each.file) })),
    others: others.map(inside),
  };
}
