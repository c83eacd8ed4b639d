import type { CaseSpec, ServerConfig } from '../config/model.ts';
import type { CaseEnvironment, Offer, ServerInstance } from './environment.ts';
import { messageOf } from './message-of.ts';

/** Where a case gets the instance that it runs on. Nothing here rejects. */
export interface InstanceSource {
  /** One that lives, as far as is known. */
  take(): Promise<Offer<ServerInstance>>;
  /** The case is over. */
  release(): Promise<void>;
}

/** A case that declares capabilities, or must not see what others left, has a process of the server of its own. */
export function needsOwn(spec: CaseSpec, { work }: ServerConfig): boolean {
  const { elicitation, sampling, roots } = spec.client;
  const answers = elicitation !== undefined || sampling !== undefined || roots !== undefined;
  return spec.fresh || answers || work?.reset === 'case';
}

/** The instance that cases share. A server that could not be started again is not started once more for every case. */
export function sharedInstance(environment: CaseEnvironment): InstanceSource {
  let refusal: Offer<never> | null = null;
  return {
    take: async () => {
      if (refusal !== null) return refusal;
      const offered = await guarded(() => environment.shared());
      if ('failed' in offered || 'error' in offered) refusal = offered;
      return offered;
    },
    release: async () => {},
  };
}

/** An instance for one case, started when it is first wanted, and again where it has ended. */
export function ownInstance(environment: CaseEnvironment, spec: CaseSpec): InstanceSource {
  let current: ServerInstance | null = null;
  const release = async () => {
    const closing = current;
    current = null;
    await closing?.close().catch(() => {});
  };
  return {
    take: async () => {
      if (current?.session.alive === true) return current;
      await release();
      const offered = await guarded(() => environment.own(spec.client));
      if ('session' in offered) current = offered;
      return offered;
    },
    release,
  };
}

/** The environment promises not to reject; a fault in it is no verdict on the server. */
async function guarded(open: () => Promise<Offer<ServerInstance>>): Promise<Offer<ServerInstance>> {
  try {
    return await open();
  } catch (error) {
    return { error: `there is no session with the server: ${messageOf(error)}` };
  }
}
