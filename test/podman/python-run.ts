import { Readable } from 'node:stream';
import { type InstalledTree, type InstallFailure, type InstallResult, treePath } from '../../src/install/model.ts';
import { startCommand } from '../../src/workflow/start-command.ts';
import type { PreparedImage, Sandbox } from '../../src/sandbox/sandbox.ts';
import { serverConfig } from './sandbox-fixture.ts';

/** Starts an installed server as a run does, greets with it, and returns what it says. */
export async function greetFrom(
  sandbox: Sandbox,
  tree: InstalledTree,
  name: string,
  args: readonly string[] = [],
  image: PreparedImage = sandbox.hostImage,
) {
  const chosen = startCommand(serverConfig({ args }), tree);
  if (!chosen.ok) throw new Error(chosen.advice);
  const messages = [
    { id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } },
    { id: 2, method: 'tools/call', params: { name: 'greet', arguments: { name } } },
  ];
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
  const result = await runIn(sandbox, tree, chosen.command, input, image);
  const last = result.stdout.trim().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(`it said nothing, and: ${result.stderr}`);
  return JSON.parse(last).result.content[0].text as string;
}

/** Runs a command where the server would be started. */
export function runIn(
  sandbox: Sandbox,
  tree: InstalledTree,
  command: readonly string[],
  input = '',
  image: PreparedImage = sandbox.hostImage,
) {
  return sandbox.run(
    {
      phase: 'run',
      label: 'server',
      image,
      uid: tree.uid ?? 0,
      command,
      workdir: tree.workdir ?? '/tmp',
      volumes: tree.volume === null ? [] : [{ volume: tree.volume, at: treePath, writable: false }],
      resources: serverConfig().resources,
      timeoutSeconds: 30,
    },
    { input: Readable.from([input]) },
  );
}

/** @throws where it is not installed, with why */
export function treeOf(result: InstallResult): InstalledTree {
  if (result.kind === 'installed') return result.tree;
  throw new Error(JSON.stringify(result, null, 1));
}

/** @throws where it is no verdict on the server */
export function failureOf(result: InstallResult): InstallFailure {
  if (result.kind === 'failed') return result.failure;
  throw new Error(JSON.stringify(result.kind === 'installed' ? result.tree.resolved : result, null, 1));
}

/** The advice of a failed install that had to end in this way. */
export async function adviceOf(
  installing: Promise<InstallResult>,
  outcome: InstallFailure['outcome'] = 'install_failed',
): Promise<string> {
  const failure = failureOf(await installing);
  if (failure.outcome !== outcome) throw new Error(`${failure.outcome}: ${failure.advice}`);
  return failure.advice;
}
