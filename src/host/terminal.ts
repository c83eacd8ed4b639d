import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Annotation } from '../result/annotation.ts';
import { logText } from '../text/untrusted.ts';
import { Hidden } from './hidden.ts';
import type { BaseCommit, Host } from './host.ts';
import { platformOf } from './platform.ts';

/**
 * Somebody's terminal, or any other program that started the command line, also in a job of CI: no line is a workflow
 * command. Progress goes to stderr.
 */
export class TerminalHost implements Host {
  readonly kind = 'terminal';
  readonly workspace: string;
  readonly defaultResultsDirectory: string;
  readonly stepKey = randomBytes(5).toString('hex');
  readonly platform: Host['platform'];
  readonly repository = null;
  readonly #verbose: boolean;
  readonly #hidden = new Hidden();

  constructor(workspace: string, options: { readonly verbose: boolean; readonly env?: Readonly<NodeJS.ProcessEnv> }) {
    this.workspace = workspace;
    this.defaultResultsDirectory = join(workspace, 'mcp-workflow-results');
    this.#verbose = options.verbose;
    const env = options.env ?? {};
    this.platform = platformOf(env, env['GITHUB_TOKEN'] ?? '');
    if (this.platform.token !== null) this.#hidden.add(this.platform.token);
  }

  async baseCommit(given: string | null): Promise<BaseCommit> {
    return given === null ? { unknown: 'no `--base` was given' } : { revision: given };
  }

  /** Whoever types a command decides what is run. */
  async untrustedWorkspace(): Promise<string | null> {
    return null;
  }

  info(text: string): void {
    process.stderr.write(`${logText(this.#hidden.in(text))}\n`);
  }

  warning(text: string): void {
    this.info(`warning: ${text}`);
  }

  debug(text: string): void {
    if (this.#verbose) this.info(text);
  }

  /** The report at the end says it all; details by phase are for those who ask. */
  group(title: string, lines: readonly string[]): void {
    if (!this.#verbose) return;
    this.info(title);
    for (const line of lines) this.info(`  ${line}`);
  }

  annotate(_annotations: readonly Annotation[]): void {}
  setOutput(_name: string, _value: string): void {}

  mask(secret: string): void {
    this.#hidden.add(secret);
  }

  async writeSummary(_markdown: string): Promise<void> {}
}
