import type { RegistrySpec } from '../config/repository-model.ts';
import type { Host } from '../host/host.ts';
import { Installer } from '../install/installer.ts';
import { findRegistry } from '../install/npm-settings.ts';
import { markChildren } from '../process/environment.ts';
import type { CleanupOperation } from '../result/model.ts';
import { runVariable } from '../sandbox/names.ts';
import { sweepById } from '../sandbox/outside.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { reportProgress } from './progress.ts';
import { Repositories } from './repositories.ts';

/** What servers are installed and run with: made once, and good for several rounds of one process. */
export interface Engine {
  readonly sandbox: Sandbox;
  readonly installer: Installer;
  readonly repositories: Repositories;
  /** Whether a later round is to find what is installed. */
  readonly keepsTrees: boolean;
}

/** What a run's configuration says of it. */
export interface EngineRequest {
  readonly resultsDirectory: string;
  readonly registries: readonly RegistrySpec[];
}

/** Where a round has its engine from, and who ends it. */
export interface EngineSource {
  readonly runId: string;
  /** w01. @param signal after it nothing new is made @throws what {@link Sandbox.create} throws */
  take(request: EngineRequest, signal: AbortSignal): Promise<Engine>;
  /** w09, at the end of a round. */
  release(): Promise<CleanupOperation[]>;
}

/** An engine for one round. */
export function ownEngine(host: Host, runId: string, env: Readonly<NodeJS.ProcessEnv>): EngineSource {
  let engine: Promise<Engine> | null = null;
  return {
    runId,
    take: (request, signal) => (engine = makeEngine(host, { runId, env, ...request, signal, keepsTrees: false })),
    release: () => (engine === null ? Promise.resolve([]) : removeEngine(host, engine, runId, env)),
  };
}

/** One engine for all rounds: `end` is what ends it. */
export class KeptEngine implements EngineSource {
  readonly runId: string;
  readonly #host: Host;
  readonly #env: Readonly<NodeJS.ProcessEnv>;
  readonly #signal: AbortSignal;
  #engine: Promise<Engine> | null = null;

  /** @param signal of the process: a round's own deadline must not be the end of what the next one uses */
  constructor(host: Host, runId: string, env: Readonly<NodeJS.ProcessEnv>, signal: AbortSignal) {
    this.runId = runId;
    this.#host = host;
    this.#env = env;
    this.#signal = signal;
  }

  async take(request: EngineRequest): Promise<Engine> {
    const { runId } = this;
    const known = this.#engine;
    const options = { runId, env: this.#env, ...request, signal: this.#signal, keepsTrees: true };
    this.#engine ??= makeEngine(this.#host, options);
    try {
      const engine = await this.#engine;
      // A folder may have been edited since.
      if (known !== null) {
        await engine.installer.forget();
        await engine.repositories.forget();
      }
      return engine;
    } catch (error) {
      // The user may mend what was wrong before the next round.
      this.#engine = null;
      throw error;
    }
  }

  release(): Promise<CleanupOperation[]> {
    return Promise.resolve([]);
  }

  async end(): Promise<CleanupOperation[]> {
    return this.#engine === null ? [] : removeEngine(this.#host, this.#engine, this.runId, this.#env);
  }
}

interface EngineOptions extends EngineRequest {
  readonly runId: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
  readonly keepsTrees: boolean;
}

async function makeEngine(host: Host, options: EngineOptions): Promise<Engine> {
  const { env, signal } = options;
  // Also git and npm, which podman knows nothing of.
  markChildren(runVariable, options.runId);
  const registry = findRegistry();
  // Whether it matters is for the servers that install something.
  registry.catch(() => {});
  const sandbox = await Sandbox.create(options.runId, { ...options, stepKey: host.stepKey });
  const progress = (server: string, message: string) => reportProgress(host, 'w02 install', server, message);
  // A private package without its token is refused by its registry, which says so.
  const registries = options.registries.map(({ scope, url, token }) => ({ scope, url, token: token?.value ?? null }));
  const installer = new Installer(sandbox, { registry, registries, env, signal, progress });
  const folder = () => sandbox.freshFolder('c');
  const repositories = new Repositories({ host, env, signal, folder });
  return { sandbox, installer, repositories, keepsTrees: options.keepsTrees };
}

/** The sweep does not wait for an engine that is still being made: post or the cap has the rest. */
async function removeEngine(
  host: Host,
  engine: Promise<Engine>,
  runId: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<CleanupOperation[]> {
  void engine.then(closeEngine, () => {});
  return sweepById(runId, host.stepKey, env);
}

async function closeEngine({ installer, repositories }: Engine): Promise<void> {
  // Whatever cannot be closed is removed by the sweep.
  await Promise.allSettled([installer.close(), repositories.forget()]);
}
