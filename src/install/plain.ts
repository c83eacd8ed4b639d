import { posix } from 'node:path';
import type { Checkout } from '../checkout/model.ts';
import type { ServerConfig } from '../config/model.ts';
import type { Start } from '../discovery/model.ts';
import { copyCheckout } from './copy-checkout.ts';
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
  const copied = { checkout, volume, uid, leaveOut: (name: string) => leftOut.has(name) };
  const request = { ...copied, deadlineMs: server.timeouts.install };
  const resolved = await copyCheckout(context.sandbox, request, context.signal);
  if (typeof resolved === 'string') return failed(resolved);
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
