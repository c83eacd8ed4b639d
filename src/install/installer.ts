import type { BuildConfig, ServerConfig, SourceSpec } from '../config/model.ts';
import { messageOf } from '../process/failure.ts';
import { ImageRefused, PodmanFailed } from '../sandbox/errors.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import { findCrateIndex } from './cargo/crate-index.ts';
import { type CheckoutOrigin, installCheckout, type Tools } from './from-checkout.ts';
import { installDockerfile } from './dockerfile/checkout.ts';
import { findModuleProxy } from './go/module-proxy.ts';
import { imageOf, installImage } from './image.ts';
import type { InstalledTree, InstallFailure, InstallResult } from './model.ts';
import { findNpm, type NpmTool } from './npm-tool.ts';
import { installNpm } from './npm.ts';
import { NodeRoots } from './node-roots.ts';
import { TreeUses } from './tree-uses.ts';
import type { PackageIndex } from './package-index.ts';
import { installPath } from './path.ts';
import { findIndex } from './python/index.ts';
import { IndexUpstream } from './index-upstream.ts';
import { installPypi } from './python/pypi.ts';
import type { ScopedRegistry } from './registries.ts';
import { type NpmPackage, PackageNotFound, resolvePackage } from './registry.ts';
import { type Registry, RegistryFault, Upstream } from './upstream.ts';

export interface InstallerContext {
  readonly sandbox: Sandbox;
  readonly upstream: Upstream;
  readonly npm: NpmTool;
  readonly signal: AbortSignal;
  readonly progress: (server: string, message: string) => void;
}

export interface InstallerOptions {
  /** Asked for early: npm takes a third of a second to answer. */
  readonly registry: Promise<Registry>;
  /** Scopes that the configuration takes from registries of their own. */
  readonly registries?: readonly ScopedRegistry[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
  readonly progress: InstallerContext['progress'];
}

/** w02 for all servers of a run: a tree that several need is installed once. */
export class Installer {
  readonly #sandbox: Sandbox;
  readonly #options: InstallerOptions;
  readonly #trees = new Map<string, SharedTree>();
  readonly #resolved = new Map<string, Promise<NpmPackage>>();
  readonly #roots = new NodeRoots();
  readonly #uses = new TreeUses();
  #context: Promise<InstallerContext> | null = null;
  /** Of Python, Go and Cargo, by what finds them: each is looked for when the first server needs it. */
  readonly #indexes = new Map<FindIndex, Promise<IndexUpstream>>();

  constructor(sandbox: Sandbox, options: InstallerOptions) {
    this.#sandbox = sandbox;
    this.#options = options;
  }

  /**
   * Never rejects for what a package, a registry or Podman does.
   * @param origin where it was found in a repository; null for what its source alone says
   */
  async install(server: ServerConfig, origin: CheckoutOrigin | null = null): Promise<InstallResult> {
    try {
      const result = await this.#installOnce(server, origin);
      if (result.kind === 'installed') this.#uses.add(server.name, result.tree);
      return result;
    } catch (error) {
      if (error instanceof PackageNotFound) return failed('install_failed', error.message);
      if (error instanceof ImageRefused) return failed(error.outcome, error.message);
      if (isInfrastructure(error) || this.#options.signal.aborted) {
        return { kind: 'infrastructure', reason: messageOf(error) };
      }
      throw error;
    }
  }

  /**
   * Removes what nobody is started from any more: a run over many servers would fill the disk, and have no uid left.
   * @param servers that have ended, by name; what they have in common with others is kept. Never rejects
   */
  async release(servers: readonly string[]): Promise<void> {
    for (const tree of this.#uses.end(servers)) {
      for (const [key, shared] of this.#trees) if (shared.tree?.volume === tree.volume) this.#trees.delete(key);
      this.#roots.drop(tree.volume);
      await this.#remove(tree);
    }
  }

  /** Before a later round of the same process: folders may have been edited, and what failed may work now. */
  async forget(): Promise<void> {
    this.#resolved.clear();
    for (const [key, { source, result }] of this.#trees) {
      const installed = await result.catch(() => null);
      if (source === 'npm' && installed?.kind === 'installed') continue;
      this.#trees.delete(key);
      if (installed?.kind === 'installed') await this.#remove(installed.tree);
    }
    await this.#roots.forget();
  }

  async close(): Promise<void> {
    const context = await this.#context?.catch(() => null);
    context?.upstream.close();
    for (const made of this.#indexes.values()) (await made.catch(() => null))?.close();
  }

  async #installOnce(server: ServerConfig, origin: CheckoutOrigin | null): Promise<InstallResult> {
    const { source } = server;
    if (source.kind === 'remote') throw new Error('a server that runs elsewhere is not installed');
    // Needs neither npm nor its registry.
    if (source.kind === 'oci') return installImage(source, () => this.#prepareImage(server));
    if (server.build !== null) return this.#build(server, server.build, origin);
    const image = await this.#prepareImage(server);
    if (source.kind === 'pypi') {
      const context = { ...this.#bare(), index: await this.#index(findIndex) };
      return this.#shared(server, `pypi:${source.name}==${source.version}`, () =>
        installPypi(context, server, source, image),
      );
    }
    if (origin !== null && source.kind !== 'npm') return installCheckout(server, origin, image, this.#tools(image));
    if (source.kind === 'path') {
      const context = await this.#node(image);
      return this.#shared(server, source.path, () => installPath(context, server, source, image));
    }
    if (source.kind !== 'npm') throw new Error(`nothing was found in ${source.given} that could be installed`);
    const context = await this.#node(image);
    const started = performance.now();
    const resolved = await this.#resolve(context, source.name, source.range);
    const resolveMs = performance.now() - started;
    const exact = `${resolved.name}@${resolved.version} ${resolved.integrity}`;
    return this.#shared(server, exact, () => installNpm(context, server, { resolved, resolveMs }, image));
  }

  /** Servers of one image may be several. */
  #build(server: ServerConfig, build: BuildConfig, origin: CheckoutOrigin | null): Promise<InstallResult> {
    if (origin === null) throw new Error(`${server.source.given} was not looked at, and cannot be built`);
    const { checkout, folder } = origin;
    const context = { ...this.#bare(), env: this.#options.env };
    const key = JSON.stringify(['build', checkout.given, checkout.commit, folder, build, server.resources.disk]);
    return this.#shared(server, key, () => installDockerfile(context, server, build, { checkout, folder }));
  }

  #tools(image: PreparedImage): Tools {
    return {
      node: () => this.#node(image),
      python: () => this.#index(findIndex),
      modules: () => this.#index(findModuleProxy),
      crates: () => this.#index(findCrateIndex),
      bare: this.#bare(),
      roots: this.#roots,
    };
  }

  #bare(): Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'> {
    const { signal, progress } = this.#options;
    return { sandbox: this.#sandbox, signal, progress };
  }

  /** @throws ImageRefused, RegistryFault */
  #node(image: PreparedImage): Promise<InstallerContext> {
    if (!image.hasNode) throw new ImageRefused(noNode(image.given));
    return (this.#context ??= this.#prepare());
  }

  /** @throws RegistryFault */
  #index(find: FindIndex): Promise<IndexUpstream> {
    const { env } = this.#options;
    const known = this.#indexes.get(find);
    if (known !== undefined) return known;
    const made = find(env).then((index) => new IndexUpstream(index, env));
    this.#indexes.set(find, made);
    return made;
  }

  /** What decides the content of a tree: the exact source, what it is installed with, and whether its scripts run. */
  async #shared(
    server: ServerConfig,
    exactSource: string,
    install: () => Promise<InstallResult>,
  ): Promise<InstallResult> {
    // The time that one server gives is not another's.
    const key = JSON.stringify([exactSource, server.image, server.installScripts, server.timeouts.install]);
    const known = this.#trees.get(key);
    // At once: the last who had it may be at its end.
    if (known?.tree) this.#uses.add(server.name, known.tree);
    if (known !== undefined) return known.result;
    const shared: SharedTree = { source: server.source.kind, result: install(), tree: null };
    this.#trees.set(key, shared);
    const result = await shared.result;
    if (result.kind === 'installed') shared.tree = result.tree;
    return result;
  }

  /** Of a tree that nobody starts from any more. */
  async #remove({ volume, uid }: Pick<InstalledTree, 'volume' | 'uid'>): Promise<void> {
    if (volume === null || uid === null) return;
    if (await this.#sandbox.removeVolumes([volume])) this.#sandbox.returnUid(uid);
  }

  #prepareImage(server: ServerConfig): Promise<PreparedImage> {
    const { signal, progress } = this.#options;
    return this.#sandbox.prepareImage(imageOf(server), {
      signal,
      progress: (message) => progress(server.name, message),
    });
  }

  async #resolve(context: InstallerContext, name: string, range: string): Promise<NpmPackage> {
    const spec = `${name}@${range}`;
    const known = this.#resolved.get(spec);
    if (known !== undefined) return known;
    const resolving = resolvePackage(context.upstream, name, range, context.signal);
    this.#resolved.set(spec, resolving);
    return resolving;
  }

  async #prepare(): Promise<InstallerContext> {
    const { registry, registries = [], env, signal, progress } = this.#options;
    const upstream = new Upstream(await registry, env, registries);
    const npm = await findNpm(upstream, this.#sandbox.directories.cache, env);
    return { sandbox: this.#sandbox, upstream, npm, signal, progress };
  }
}

type FindIndex = (env: Readonly<NodeJS.ProcessEnv>) => Promise<PackageIndex>;

interface SharedTree {
  readonly source: SourceSpec['kind'];
  readonly result: Promise<InstallResult>;
  /** Known once it is installed. */
  tree: InstalledTree | null;
}

function noNode(image: string): string {
  return `The image ${image} has no Node on its PATH, which installs and starts packages of npm: use one that has, such as docker.io/library/node:24-slim, or \`image: host\`.`;
}

function isInfrastructure(error: unknown): boolean {
  return error instanceof PodmanFailed || error instanceof RegistryFault;
}

function failed(outcome: InstallFailure['outcome'], advice: string): InstallResult {
  return { kind: 'failed', failure: { outcome, advice, stderrTail: '', exitCode: null, resolved: null } };
}
