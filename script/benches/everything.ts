import { Installer } from '../../src/install/installer.ts';
import type { InstalledTree } from '../../src/install/model.ts';
import { treePath } from '../../src/install/model.ts';
import { findRegistry } from '../../src/install/npm-settings.ts';
import { sweepById } from '../../src/sandbox/outside.ts';
import { type ContainerRequest, newRunId, Sandbox } from '../../src/sandbox/sandbox.ts';
import { everything } from './configuration.ts';

/** server-everything in a sandbox of ours, for whoever is compared with main. */

const stepKey = '00000be0c4';
const resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 2 * 1024 ** 3 };

export async function withSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const signal = new AbortController().signal;
  process.umask(0o022);
  const sandbox = await Sandbox.create(newRunId(stepKey), {
    stepKey,
    env: process.env,
    resultsDirectory: '/tmp',
    signal,
  });
  try {
    return await work(sandbox);
  } finally {
    await sweepById(sandbox.runId, stepKey, process.env);
  }
}

export async function installOnce(sandbox: Sandbox): Promise<InstalledTree> {
  const installer = new Installer(sandbox, {
    registry: findRegistry(),
    env: process.env,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const [name, version = ''] = [everything.slice(0, everything.lastIndexOf('@')), everything.split('@').at(-1)];
  const result = await installer.install({
    name: 'everything',
    source: { kind: 'npm', given: `npm:${everything}`, name, range: version },
    transport: { kind: 'stdio' },
    protocol: 'auto',
    services: [],
    location: null,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
    build: null,
    installScripts: 'never',
    work: null,
    mounts: [],
    resources,
    timeouts: { install: 180_000, start: 30_000, call: 30_000, stop: 5000 },
    retries: 1,
    cases: [],
  });
  await installer.close();
  if (result.kind !== 'installed')
    throw new Error(`server-everything could not be installed: ${JSON.stringify(result)}`);
  return result.tree;
}

export function serverRequest(sandbox: Sandbox, tree: InstalledTree): ContainerRequest {
  return {
    phase: 'run',
    label: 'bare',
    image: sandbox.hostImage,
    uid: sandbox.nextUid(),
    command: [`${treePath}/node_modules/.bin/mcp-server-everything`],
    workdir: '/home/user',
    env: { PATH: sandbox.hostImage.path ?? '' },
    volumes: tree.volume === null ? [] : [{ volume: tree.volume, at: treePath, writable: false }],
    resources,
    timeoutSeconds: 300,
  };
}
