import type { Host } from '../host/host.ts';
import { newRunId } from '../sandbox/sandbox.ts';
import { KeptEngine } from './engine.ts';
import { run, type RunOptions, type RunOutcome } from './run.ts';

/** Rounds of one configuration in one process: the sandbox and what is installed stay between them. */
export interface Rounds {
  round(): Promise<RunOutcome>;
  /** Removes everything. */
  end(): Promise<void>;
}

export function openRounds(
  host: Host,
  raw: Readonly<Record<string, string>>,
  options: Pick<RunOptions, 'env' | 'interrupt'>,
): Rounds {
  const engines = new KeptEngine(host, newRunId(host.stepKey), options.env, options.interrupt);
  return {
    round: () => run(host, raw, { ...options, engines }),
    end: async () => {
      await engines.end();
    },
  };
}
