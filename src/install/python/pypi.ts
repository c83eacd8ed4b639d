import { randomBytes } from 'node:crypto';
import type { ServerConfig } from '../../config/model.ts';
import type { ResolvedSource } from '../../result/model.ts';
import type { PreparedImage } from '../../sandbox/sandbox.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import type { InstallerContext } from '../installer.ts';
import { type InstallResult, treePath } from '../model.ts';
import type { PythonPlace, PythonTarget } from './round.ts';
import { runRounds } from './rounds.ts';
import { startOfModule, treeOf } from './tree.ts';

/** What an install of Python needs of the installer. */
export interface PythonContext extends Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'> {
  readonly index: IndexUpstream;
}

export interface PypiSource {
  readonly kind: 'pypi';
  readonly given: string;
  readonly name: string;
  /** null: the newest that the image's Python can use. */
  readonly version: string | null;
}

/** Installs a package of the index: its wheel, or one built from its source archive. @throws PodmanFailed, RegistryFault */
export async function installPypi(
  context: PythonContext,
  server: ServerConfig,
  source: PypiSource,
  image: PreparedImage,
): Promise<InstallResult> {
  const { index } = context;
  const progress = (message: string) => context.progress(server.name, message);
  progress(`fetching ${source.given} from ${index.index.url.host}`);
  const { name, version } = source;
  const place = await makePlace(context, server, image, { kind: 'package', name, version }, {});
  const rounds = await runRounds(place, index, server, progress);
  if (!rounds.ok) return rounds.result;
  const { outcome } = rounds;
  const { installed } = outcome;
  const resolved: ResolvedSource = {
    kind: 'pypi',
    name: installed.name ?? name,
    version: installed.version,
    integrity: outcome.published === null ? null : integrityOf(outcome.published),
    digest: null,
  };
  // `python -m NAME` is the habit where there is no command.
  const module = installed.commands.length === 0 ? installed.mainModule : null;
  const start = module === null ? null : startOfModule(module, []);
  return { kind: 'installed', tree: treeOf({ place, outcome, resolved, start, workdir: null, resolveMs: 0 }) };
}

/** A volume with its owner, and a folder in it to work in. */
export async function makePlace(
  { sandbox, signal }: PythonContext,
  server: ServerConfig,
  image: PreparedImage,
  target: PythonTarget,
  buildEnv: PythonPlace['buildEnv'],
): Promise<PythonPlace> {
  const uid = sandbox.nextUid();
  const volume = await sandbox.createVolume(server.name, uid);
  const work = `${treePath}/.mcp-workflow-${randomBytes(12).toString('hex')}`;
  const { resources, name: label } = server;
  return { sandbox, signal, label, volume, uid, image, resources, target, work, buildEnv };
}

/** Subresource integrity, as other packages have it. */
function integrityOf(sha256: string): string {
  return `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`;
}
