import type { ServerResult, StartupOutcome, State } from '../../../src/result/model.ts';
import type { FixtureCase } from '../fixtures.ts';
import type { Published } from '../registry.ts';
import type { TestImage } from '../../podman/test-image.ts';

/** What becomes of a server or a case, and words that the user reads: each a part of one sentence, as it stands there. */
export interface Seen {
  readonly state: State;
  readonly words?: readonly string[];
}

export interface HostileCase extends Omit<FixtureCase, 'id' | 'server'> {
  readonly seen: Seen;
}

/** What the user sees of a server as a whole. */
export interface SeenServer extends Seen {
  readonly outcome: StartupOutcome;
  /** The findings, each check once, with words of its message. */
  readonly findings?: Readonly<Record<string, string>>;
  /** What the tail of stderr contains; nothing: it is empty. */
  readonly stderr?: string;
}

/** A server that is broken or hostile in one way; the test gives what it does to the action, and looks at what the user sees. */
export interface HostileServer {
  /** Its name in the configuration. */
  readonly name: string;
  /** For docs/RELIABILITY.md, after "a server that …". */
  readonly does: string;
  /** A program of test/servers, a package of a registry, an image, or what the workspace holds besides. */
  readonly from:
    | { readonly program: string; readonly args?: readonly string[] }
    | { readonly published: Published }
    | { readonly image: TestImage; readonly changes: readonly string[] }
    | { readonly workspace: string; readonly prepare: (workspace: string) => void };
  /** Further keys of the configuration. */
  readonly configured?: Readonly<Record<string, unknown>>;
  readonly cases?: Readonly<Record<string, HostileCase>>;
  readonly seen: SeenServer;
  /** What is seen instead where the machine enforces the limits of memory and processes; cases that are not named: the same. */
  readonly whereLimitsHold?: { readonly seen: SeenServer; readonly cases?: Readonly<Record<string, Seen>> };
  /** What is to be looked at besides. */
  readonly also?: (server: ServerResult) => void;
}

/** What is to time out does so soon, and has time to start: these machines are shared. */
export const seconds = (limits: { start?: number; call?: number; stop?: number; install?: number }) => ({
  timeouts: Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, `${value}s`])),
});

export const passed: SeenServer = { state: 'passed', outcome: 'ok' };
export const casePassed: Seen = { state: 'passed' };
export const caseFailed = (...words: string[]): Seen => ({ state: 'failed', words });
