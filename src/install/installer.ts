import type { ServerConfig } from '../config/model.ts';
import { messageOf } from '../process/failure.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import type { InstallResult } from './model.ts';
import { findNpm, type NpmTool } from './npm-tool.ts';
import { installNpm } from './npm.ts';
import { installPath } from './path.ts';
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
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
  readonly progress: InstallerContext['progress'];
}

/** w02 for all servers of a run: a tree that several need is installed once. */
export class Installer {
  readonly #sandbox: Sandbox;
  readonly #options: InstallerOptions;
  readonly #trees = new Map<string, Promise<InstallResult>>();
  readonly #resolved = new Map<string, Promise<NpmPackage>>();
  #context: Promise<InstallerContext> | null = null;

  constructor(sandbox: Sandbox, options: InstallerOptions) {
    this.#sandbox = sandbox;
    this.#options = options;
  }

  /** Never rejects for what a package, a registry or Podman does. */
  async install(server: ServerConfig): Promise<InstallResult> {
    try {
      this.#context ??= this.#prepare();
      return await this.#installOnce(await this.#context, server);
    } catch (error) {
      if (error instanceof PackageNotFound) return packageNotFound(error);
      if (isInfrastructure(error) || this.#options.signal.aborted) {
        return { kind: 'infrastructure', reason: messageOf(error) };
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    const context = await this.#context?.catch(() => null);
    context?.upstream.close();
  }

  async #installOnce(context: InstallerContext, server: ServerConfig): Promise<InstallResult> {
    const { source } = server;
    if (source.kind === 'path') {
      return this.#shared(server, source.path, (image) => installPath(context, server, source, image));
    }
    const started = performance.now();
    const resolved = await this.#resolve(context, source.name, source.range);
    const resolveMs = performance.now() - started;
    const exact = `${resolved.name}@${resolved.version} ${resolved.integrity}`;
    return this.#shared(server, exact, (image) => installNpm(context, server, { resolved, resolveMs }, image));
  }

  /** What decides the content of a tree: the exact source, what it is installed with, and whether its scripts run. */
  async #shared(
    server: ServerConfig,
    exactSource: string,
    install: (image: PreparedImage) => Promise<InstallResult>,
  ): Promise<InstallResult> {
    // The time that one server gives is not another's.
    const key = JSON.stringify([exactSource, server.image, server.installScripts, server.timeouts.install]);
    const known = this.#trees.get(key);
    if (known !== undefined) return known;
    const tree = this.#sandbox.prepareImage(server.image, this.#options.signal).then(install);
    this.#trees.set(key, tree);
    return tree;
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
    const { registry, env, signal, progress } = this.#options;
    const upstream = new Upstream(await registry, env);
    const npm = await findNpm(upstream, this.#sandbox.directories.cache, env);
    return { sandbox: this.#sandbox, upstream, npm, signal, progress };
  }
}

function isInfrastructure(error: unknown): boolean {
  return error instanceof PodmanFailed || error instanceof RegistryFault;
}

function packageNotFound(error: PackageNotFound): InstallResult {
  const failure = { advice: error.message, stderrTail: '', exitCode: null, resolved: null };
  return { kind: 'failed', failure: { outcome: 'install_failed', ...failure } };
}
