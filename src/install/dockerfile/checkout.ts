import { posix } from 'node:path';
import type { Checkout } from '../../checkout/model.ts';
import type { BuildConfig, ServerConfig } from '../../config/model.ts';
import type { InstallResult } from '../model.ts';
import type { InstallerContext } from '../installer.ts';
import { ImageBuild } from './image-build.ts';
import { planBuild } from './plan.ts';

/** A folder of a checkout, whatever was found in it. */
export interface BuildOrigin {
  readonly checkout: Checkout;
  /** Of the server, relative to the root; `.` for the root itself. */
  readonly folder: string;
}

export interface DockerfileContext extends Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'> {
  /** Of the step: its proxies and certificates. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

const readable = 'expected a text in UTF-8 of at most 1 MiB';

/**
 * Builds the image that a server runs in from a Dockerfile of its source, with `podman build`.
 * @throws PodmanFailed, ImageRefused, CheckoutUnavailable
 */
export async function installDockerfile(
  context: DockerfileContext,
  server: ServerConfig,
  build: BuildConfig,
  { checkout, folder }: BuildOrigin,
): Promise<InstallResult> {
  const file = dockerfileOf(checkout, folder, build.dockerfile);
  if (file === null) return refused(noDockerfile(checkout, folder, build.dockerfile));
  const text = await checkout.text(file);
  if (text === null) return refused(`${file} cannot be read: ${readable}.`);
  const plan = planBuild(text, { file, target: build.target, args: build.args });
  if ('problem' in plan) return refused(plan.problem);
  const from = posix.normalize(build.context ?? posix.dirname(file));
  if (from !== '.' && !checkout.files.some(({ path }) => path.startsWith(`${from}/`))) {
    return refused(`\`build.context\` names ${from}, and ${checkout.given} has no files in such a folder.`);
  }
  const ignoreFile = ignoreFileOf(checkout, file, from);
  const ignored = ignoreFile === null ? '' : await checkout.text(ignoreFile);
  if (ignored === null) return refused(`${ignoreFile} cannot be read: ${readable}.`);
  return new ImageBuild(context, server, { checkout, file, from, ignored, build }).run(plan);
}

/** @returns the file that says what is not copied from the folder `from`; null where there is none */
export function ignoreFileOf(checkout: Pick<Checkout, 'files'>, file: string, from: string): string | null {
  const files = regularFiles(checkout);
  // BuildKit's, Podman's and Docker's, the first that there is.
  const names = [`${file}.dockerignore`, posix.join(from, '.containerignore'), posix.join(from, '.dockerignore')];
  return names.map((name) => posix.normalize(name)).find((name) => files.has(name)) ?? null;
}

function regularFiles({ files }: Pick<Checkout, 'files'>): Set<string> {
  return new Set(files.flatMap(({ kind, path }) => (kind === 'file' ? [path] : [])));
}

/** @param given from the root; null: the usual places. @returns where it is, or null */
export function dockerfileOf(checkout: Checkout, folder: string, given: string | null): string | null {
  const files = regularFiles(checkout);
  const folders = given === null ? [folder, '.'] : ['.'];
  const names = given === null ? ['Dockerfile', 'Containerfile'] : [given];
  const candidates = folders.flatMap((each) => names.map((name) => posix.normalize(posix.join(each, name))));
  return candidates.find((path) => files.has(path)) ?? null;
}

function noDockerfile(checkout: Checkout, folder: string, given: string | null): string {
  const there = checkout.files
    .map(({ path }) => path)
    .filter((path) => /(?:^|[./])(?:Docker|Container)file/u.test(path));
  const known =
    there.length === 0
      ? 'it has none at all'
      : `it has ${there.slice(0, 5).join(', ')}: write \`build: { dockerfile: … }\``;
  const where = given ?? (folder === '.' ? 'Dockerfile' : `${folder}/Dockerfile, nor one in its root`);
  return `${checkout.given} has no ${where}; ${known}.`;
}

function refused(advice: string): InstallResult {
  return {
    kind: 'failed',
    failure: { outcome: 'install_failed', advice, stderrTail: '', exitCode: null, resolved: null },
  };
}
