import type { CaseEnvironment, Offer, ServerInstance } from '../cases/environment.ts';
import type { ServerConfig } from '../config/model.ts';
import { FolderRefused } from '../checkout/pack.ts';
import type { ClientAnswers, OpenResult, Session } from '../mcp/model.ts';
import { openSession } from '../mcp/open-session.ts';
import { messageOf } from '../process/failure.ts';
import type { Finding } from '../result/model.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { NoPlace, ServerPlace } from './server-site.ts';

/** Makes a place to run in. @throws PodmanFailed, FolderRefused */
export type MakePlace = () => Promise<ServerPlace | NoPlace>;

export interface InstancesOptions {
  readonly server: ServerConfig;
  readonly makePlace: MakePlace;
  readonly signal: AbortSignal;
  readonly onStderr: (line: string) => void;
  /** What a session noticed, when it is over. */
  readonly onFindings: (findings: readonly Finding[]) => void;
  readonly onRestart: () => void;
}

/** The instances of one server: the one that its cases share, and those that cases have for themselves. */
export class Instances implements CaseEnvironment {
  readonly #options: InstancesOptions;
  readonly #own = new Set<ServerInstance>();
  #place: ServerPlace | null = null;
  #session: Session | null = null;

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** Opens the shared session, on the shared place. @throws PodmanFailed, FolderRefused */
  async open(): Promise<OpenResult | NoPlace> {
    if (this.#place === null) {
      const place = await this.#options.makePlace();
      if ('advice' in place) return place;
      this.#place = place;
    }
    const opened = await this.#openOn(this.#place, {});
    if (opened.ok) this.#session = opened.session;
    return opened;
  }

  async shared(): Promise<Offer<ServerInstance>> {
    if (this.#session?.alive === true && this.#place !== null) return instanceOf(this.#session, this.#place);
    return this.#guarded(async () => {
      await this.#closeShared();
      this.#options.onRestart();
      const opened = await this.open();
      if ('advice' in opened) return { failed: opened.advice };
      if (!opened.ok) return { failed: `it could not be started again: ${opened.startup.advice}` };
      const place = this.#place;
      return place === null ? { error: 'it has no place to run in' } : instanceOf(opened.session, place);
    });
  }

  async own(client: ClientAnswers): Promise<Offer<ServerInstance>> {
    return this.#guarded(async () => {
      const place = await this.#options.makePlace();
      if ('advice' in place) return { failed: place.advice };
      const opened = await this.#openOn(place, client);
      if (!opened.ok) {
        await place.close();
        return { failed: `it could not be started for this case: ${opened.startup.advice}` };
      }
      const { session } = opened;
      const close = async () => {
        this.#own.delete(instance);
        this.#options.onFindings(session.findings());
        await session.close();
        await place.close();
      };
      const instance: ServerInstance = { ...instanceOf(session, place), close };
      this.#own.add(instance);
      return instance;
    });
  }

  /** What the shared session has written to stderr last. */
  stderrTail(): string {
    return this.#session?.stderrTail() ?? '';
  }

  /** Ends everything. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#own].map((instance) => instance.close()));
    await this.#closeShared();
    await this.#place?.close();
    this.#place = null;
  }

  async #closeShared(): Promise<void> {
    if (this.#session === null) return;
    this.#options.onFindings(this.#session.findings());
    await this.#session.close();
  }

  #openOn(place: ServerPlace, client: ClientAnswers): Promise<OpenResult> {
    const { server, signal, onStderr } = this.#options;
    return openSession(place.reach, {
      startTimeoutMs: server.timeouts.start,
      stopTimeoutMs: server.timeouts.stop,
      protocol: server.protocol,
      client,
      signal,
      onStderr,
    });
  }

  async #guarded(make: () => Promise<Offer<ServerInstance>>): Promise<Offer<ServerInstance>> {
    try {
      return await make();
    } catch (error) {
      if (error instanceof PodmanFailed || error instanceof FolderRefused) return { error: messageOf(error) };
      throw error;
    }
  }
}

function instanceOf(session: Session, place: ServerPlace): ServerInstance {
  // Shared: whoever made the place ends it.
  return { session, files: (paths) => place.files(paths), close: () => Promise.resolve() };
}
