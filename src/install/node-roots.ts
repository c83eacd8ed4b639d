import type { Checkout } from '../checkout/model.ts';
import type { ServerConfig } from '../config/model.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import { copyCheckout } from './copy-checkout.ts';
import type { InstallerContext } from './installer.ts';
import { findTool, type ManagerTool } from './manager-tool.ts';
import type { InstallResult, ScriptsReport } from './model.ts';
import type { Built } from './node-build.ts';
import { failure, judgeTree } from './node-faults.ts';
import { installTree, type TreePlace, type TreeReport } from './node-fetch.ts';
import { hooks, type NodeProject } from './node-project.ts';
import { runInstallScripts, type ScriptSetup, setUpScripts } from './node-scripts.ts';
import { isLeftOut, settingsOf } from './node-settings.ts';
import type { LocalPackage } from './node-workspace.ts';

/** The tree of one root: a checkout copied into a volume, with everything installed that its packages need. */
export interface NodeRoot {
  readonly place: TreePlace;
  /** Folder of the checkout that the volume's root is. */
  readonly base: string;
  /** Of the checkout as a whole: named as it was given. */
  readonly resolved: ResolvedSource;
  readonly tool: ManagerTool;
  readonly setup: ScriptSetup;
  readonly scripts: ScriptsReport;
  readonly timings: { readonly resolveMs: number; readonly fetchMs: number; readonly scriptsMs: number };
  /** Builds of its packages by folder and script: each is done once, and none beside another. */
  readonly builds: Map<string, Promise<Built>>;
  /** Settles when the last build that was asked for is done. */
  queue: Promise<unknown>;
}

export type MadeRoot =
  | { readonly ok: true; readonly root: NodeRoot }
  | { readonly ok: false; readonly result: InstallResult };

interface Kept {
  readonly context: InstallerContext;
  readonly made: Promise<MadeRoot>;
  /** Known once it is made. */
  volume: string | null;
}

/** Trees of checkouts: one for all servers of the same root, image and setting of scripts. */
export class NodeRoots {
  readonly #kept = new Map<string, Kept>();
  readonly #folders = new WeakMap<Checkout, number>();
  #count = 0;

  /** @throws PodmanFailed, RegistryFault */
  async get(
    context: InstallerContext,
    server: ServerConfig,
    checkout: Checkout,
    project: NodeProject,
    image: PreparedImage,
  ): Promise<MadeRoot> {
    const source = checkout.commit === null ? this.#numberOf(checkout) : `${checkout.given} ${checkout.commit}`;
    const { installScripts, timeouts } = server;
    // The time that one server gives is not another's.
    const key = JSON.stringify([
      source,
      project.workspace.root.folder,
      image.reference,
      installScripts,
      timeouts.install,
    ]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known.made;
    const kept: Kept = { context, made: makeRoot(context, server, checkout, project, image), volume: null };
    this.#kept.set(key, kept);
    const made = await kept.made;
    if (made.ok) kept.volume = made.root.place.volume;
    return made;
  }

  /** A tree whose volume somebody else removes. */
  drop(volume: string): void {
    for (const [key, kept] of this.#kept) if (kept.volume === volume) this.#kept.delete(key);
  }

  /** Removes all trees: before a later round of the same process, in which folders may have been edited. Never rejects. */
  async forget(): Promise<void> {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    for (const { context, made } of kept) {
      const root = await made.catch(() => null);
      if (root?.ok !== true) continue;
      const { volume, uid } = root.root.place;
      await root.root.queue.catch(() => {});
      if (await context.sandbox.removeVolumes([volume])) context.sandbox.returnUid(uid);
    }
  }

  /** A folder has no name for what is in it: the same object is the same content. */
  #numberOf(checkout: Checkout): number {
    const number = this.#folders.get(checkout) ?? this.#count++;
    this.#folders.set(checkout, number);
    return number;
  }
}

async function makeRoot(
  context: InstallerContext,
  server: ServerConfig,
  checkout: Checkout,
  project: NodeProject,
  image: PreparedImage,
): Promise<MadeRoot> {
  const started = performance.now();
  const { workspace, manager } = project;
  const tool = await findTool(context, manager);
  const copied = await copyIn(context, server, checkout, project, image);
  if ('kind' in copied) return { ok: false, result: copied };
  const { place, base, resolved } = copied;
  const resolveMs = performance.now() - started;
  const title = manager.name === 'berry' ? 'yarn' : manager.name;
  context.progress(
    server.name,
    `installing ${workspace.root.manifest.name ?? checkout.given} with ${title} ${tool.version}`,
  );
  const settings = await settingsOf(checkout, workspace.root.folder, manager);
  const { isWorkspace } = workspace;
  const root = below(base, workspace.root.folder);
  const outcome = await installTree(context, server, place, {
    root,
    manager,
    isWorkspace,
    settings,
    tool,
    wanted: wantedOfYarn(project),
  });
  const judged = judgeTree(outcome, manager, resolved, server.timeouts.install);
  if (!judged.ok) return judged;
  const setup = await setUpScripts(context.sandbox, place, tool);
  const withScripts = [...judged.report.withScripts, ...ownScripts(root, workspace.root)];
  const scripts = await runInstallScripts(context, server, place, setup, withScripts);
  const timings = { resolveMs, fetchMs: outcome.durationMs, scriptsMs: scripts.durationMs };
  const parts = { place, base, resolved, tool, setup, timings, scripts: scripts.report };
  return { ok: true, root: { ...parts, builds: new Map(), queue: Promise.resolve() } };
}

/** Yarn 1 does not hold packages of a workspace to its lock file. */
function wantedOfYarn({ manager, workspace }: NodeProject): string[] {
  // What is resolved otherwise stands in the lock file otherwise.
  if (manager.name !== 'yarn' || manager.lock === null || workspace.root.manifest.resolutions !== undefined) return [];
  const members = new Set(workspace.packages.map(({ manifest }) => manifest.name));
  const wanted = workspace.packages.flatMap(({ manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }),
  );
  return wanted.flatMap(([name, range]) =>
    members.has(name) || /^(file|link):/u.test(range) ? [] : [`${name}@${range}`],
  );
}

/** What the root itself does after an install: patches of packages, generated code. */
function ownScripts(folder: string, { manifest }: LocalPackage): TreeReport['withScripts'] {
  const scripts = (['install', 'postinstall'] as const).filter((name) => {
    const script = manifest.scripts[name];
    return script !== undefined && !hooks.test(script);
  });
  return scripts.length === 0 ? [] : [{ folder, name: manifest.name ?? folder, scripts }];
}

/** A whole repository, since packages refer to files outside of their own folder; a part of one that is too large. */
const wholeUpTo = { files: 20_000, bytes: 512 * 1024 ** 2 };

interface Copied {
  readonly place: TreePlace;
  readonly base: string;
  readonly resolved: ResolvedSource;
}

async function copyIn(
  context: InstallerContext,
  server: ServerConfig,
  checkout: Checkout,
  { workspace }: NodeProject,
  image: PreparedImage,
): Promise<Copied | InstallResult> {
  const bytes = checkout.files.reduce((sum, { size }) => sum + size, 0);
  const isSmall = checkout.files.length <= wholeUpTo.files && bytes <= wholeUpTo.bytes;
  const base = isSmall ? '.' : workspace.root.folder;
  const uid = context.sandbox.nextUid();
  const volume = await context.sandbox.createVolume(server.name, uid);
  const request = { checkout, folder: base, volume, uid, leaveOut: isLeftOut, deadlineMs: server.timeouts.install };
  const resolved = await copyCheckout(context.sandbox, request, context.signal);
  if (typeof resolved === 'string') return failure(resolved, null);
  return { place: { volume, uid, image }, base, resolved };
}

/** @returns a folder of the checkout as it lies below `base`; `.` for that itself. */
export function below(base: string, folder: string): string {
  if (base === '.') return folder;
  return folder === base ? '.' : folder.slice(base.length + 1);
}
