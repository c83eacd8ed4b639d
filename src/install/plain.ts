import { posix } from 'node:path';
import { FolderRefused } from '../checkout/pack.ts';
import type { Checkout } from '../checkout/model.ts';
import type { ServerConfig } from '../config/model.ts';
import type { Start } from '../discovery/model.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { InstallerContext } from './installer.ts';
import { type InstallResult, treePath } from './model.ts';

export interface PlainOrigin {
  readonly checkout: Checkout;
  /** Relative to the root of the checkout; where the command is started. */
  readonly folder: string;
  readonly start: Start;
}

/** History with its credentials; what was installed stays, since bundles bring it along. */
const leftOut = new Set(['.git']);

/** Copies a checkout in as it stands, with nothing installed and nothing built: MCP bundles, programs in a repository. */
export async function installPlain(
  context: Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'>,
  server: ServerConfig,
  { checkout, folder, start }: PlainOrigin,
): Promise<InstallResult> {
  const started = performance.now();
  const workdir = posix.join(treePath, folder);
  const entrypoint = commandOf(start, workdir);
  if (entrypoint === null) {
    const advice = `It is started by ${start.kind}, which is not brought along: set \`command\`, or list the package or image that it is published as.`;
    return failed(advice);
  }
  context.progress(server.name, `copying ${checkout.given} in`);
  const uid = context.sandbox.nextUid();
  const volume = await context.sandbox.createVolume(server.name, uid);
  const packed = checkout.pack('.', { uid, leaveOut: (name) => leftOut.has(name) });
  try {
    const importing = context.sandbox.importVolume(volume, packed.tar, server.timeouts.install, context.signal);
    // Where packing fails so does importing, and the packer's reason, which comes first, is the one to tell.
    const [digest] = await Promise.all([packed.digest, importing]);
    const kind = checkout.commit === null ? 'path' : 'git';
    const unnamed = { version: null, integrity: null, digest: checkout.commit ?? digest };
    const resolved: ResolvedSource = { kind, name: checkout.given, ...unnamed };
    return {
      kind: 'installed',
      tree: {
        volume,
        uid,
        resolved,
        commands: new Map(),
        start: { entrypoint, command: [] },
        packageName: null,
        workdir,
        size: checkout.files.reduce((sum, { size }) => sum + size, 0),
        scripts: { packages: [], ran: false, failure: null },
        timings: { resolveMs: 0, fetchMs: performance.now() - started, scriptsMs: 0 },
        npm: null,
      },
    };
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error;
    return failed(`${checkout.given} cannot be copied in: ${error.message}.`);
  }
}

function commandOf(start: Start, workdir: string): readonly string[] | null {
  if (start.kind === 'node') return ['node', posix.join(workdir, start.file), ...start.args];
  if (start.kind === 'command') {
    const [program = '', ...args] = start.command;
    // A program of the bundle's own, not one of the image's.
    return [program.includes('/') ? posix.join(workdir, program) : program, ...args];
  }
  if (start.kind !== 'python' || !('module' in start.run)) return null;
  return ['python3', '-m', start.run.module, ...start.args];
}

function failed(advice: string): InstallResult {
  return {
    kind: 'failed',
    failure: { outcome: 'install_failed', advice, stderrTail: '', exitCode: null, resolved: null },
  };
}
