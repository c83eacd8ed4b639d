import type { Host } from '../host/host.ts';
import { Installer } from '../install/installer.ts';
import { findRegistry } from '../install/npm-settings.ts';
import type { CleanupOperation } from '../result/model.ts';
import { sweepById } from '../sandbox/outside.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { reportProgress } from './progress.ts';

/** What servers are installed and run with: made once, and good for several rounds of one process. */
export interface Engine {
  readonly sandbox: Sandbox;
  readonly installer: Installer;
}

/** Where a round has its engine from, and who ends it. */
export interface EngineSource {
  readonly runId: string;
  /** w01. @param signal after it nothing new is made @throws what {@link Sandbox.create} throws */
  take(resultsDirectory: string, signal: AbortSignal): Promise<Engine>;
  /** w09, at the end of a round. */
  release(): Promise<CleanupOperation[]>;
}

/** An engine for one round. */
export function ownEngine(host: Host, runId: string, env: Readonly<NodeJS.ProcessEnv>): EngineSource {
  let engine: Promise<Engine> | null = null;
  return {
    runId,
    take: (resultsDirectory, signal) => (engine = makeEngine(host, { runId, env, resultsDirectory, signal })),
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

  async take(resultsDirectory: string): Promise<Engine> {
    const { runId } = this;
    const known = this.#engine;
    this.#engine ??= makeEngine(this.#host, { runId, env: this.#env, resultsDirectory, signal: this.#signal });
    try {
      const engine = await this.#engine;
      // A folder may have been edited since.
      if (known !== null) await engine.installer.forget();
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

interface EngineOptions {
  readonly runId: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly resultsDirectory: string;
  readonly signal: AbortSignal;
}

async function makeEngine(host: Host, options: EngineOptions): Promise<Engine> {
  const { env, signal } = options;
  const registry = findRegistry();
  // Whether it matters is for the servers that install something.
  registry.catch(() => {});
  const sandbox = await Sandbox.create(options.runId, { ...options, stepKey: host.stepKey });
  const progress = (server: string, message: string) => reportProgress(host, 'w02 install', server, message);
  const installer = new Installer(sandbox, { registry, env, signal, progress });
  return { sandbox, installer };
}

/** The sweep does not wait for an engine that is still being made: post or the cap has the rest. */
async function removeEngine(
  host: Host,
  engine: Promise<Engine>,
  runId: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<CleanupOperation[]> {
  void engine.then(
    ({ installer }) => installer.close(),
    () => {},
  );
  return sweepById(runId, host.stepKey, env);
}
