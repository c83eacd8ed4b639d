import type { RunInputs, WorkflowConfig } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import type { WorkflowResult } from '../result/model.ts';
import { type Changes, findChanges } from './changes.ts';
import { endUnchanged, type ServerDraft } from './draft.ts';
import { reportProgress } from './progress.ts';
import { type FoundThere, ServerChanges } from './server-changes.ts';

export interface ChangedOnlyOptions {
  readonly host: Host;
  readonly inputs: RunInputs;
  readonly config: WorkflowConfig;
  readonly resultsDirectory: string;
  readonly imageIsHere: (image: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Leaves out the servers of a run that nothing has changed, and says of each other one why it runs. */
export class ChangedOnly {
  readonly #host: Host;
  readonly #changes: Changes;
  readonly #servers: ServerChanges | null;

  private constructor(host: Host, changes: Changes, servers: ServerChanges | null) {
    this.#host = host;
    this.#changes = changes;
    this.#servers = servers;
  }

  /** @returns null where all servers are to run whatever changed */
  static async open(options: ChangedOnlyOptions): Promise<ChangedOnly | null> {
    const { host, config } = options;
    const { written } = config;
    if (written === null) return null;
    const changes = await findChanges({ ...options, written });
    // Who asked for less must not believe that he got it.
    if (changes.everything !== null) tell(host, `\`changed-only\`: everything runs, since ${changes.everything}.`);
    const { imageIsHere } = options;
    const servers = changes.everything === null ? new ServerChanges(changes, written.value, imageIsHere) : null;
    return new ChangedOnly(host, changes, servers);
  }

  get result(): WorkflowResult['changedOnly'] {
    return { base: this.#changes.commit, everything: this.#changes.everything };
  }

  async judgeListed(drafts: readonly ServerDraft[]): Promise<void> {
    for (const draft of drafts) this.#settle(draft, await this.#servers?.ofListed(draft.config));
  }

  async judgeFound(draft: ServerDraft, there: FoundThere): Promise<void> {
    this.#settle(draft, await this.#servers?.ofFound(there));
  }

  async close(): Promise<void> {
    if (this.#changes.everything === null) await this.#changes.files.base.close();
  }

  /** @param why it has to run; undefined where everything runs */
  #settle(draft: ServerDraft, why: string | null | undefined): void {
    if (why === undefined || this.#changes.commit === null) return;
    if (why === null) endUnchanged(draft, this.#changes.commit);
    const said = why === null ? `unchanged since ${this.#changes.commit.slice(0, 12)}` : `runs, since ${why}`;
    reportProgress(this.#host, 'w00 initialize', draft.config.name, said);
  }
}

function tell(host: Host, text: string): void {
  if (host.kind === 'terminal') host.info(text);
  else host.annotate([{ level: 'notice', title: 'MCP Workflow', text, location: null }]);
}
