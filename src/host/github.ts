import { join } from 'node:path';
import * as core from '@actions/core';
import type { Annotation } from '../result/annotation.ts';
import { messageOf } from '../process/failure.ts';
import { cutUnits, logText, oneLine } from '../text/untrusted.ts';
import { baseOfEvent } from './base-commit.ts';
import { repositoryOf } from './github-api.ts';
import { Hidden } from './hidden.ts';
import type { BaseCommit, Host } from './host.ts';
import { platformOf } from './platform.ts';
import { stepKeyOf } from './step-key.ts';
import { untrustedTrigger } from './trigger.ts';

/** Annotations are cut by the runner at 4,096 characters; ours stay well below, so that nothing is lost in the middle. */
const maxAnnotation = 4000;
/** Of Linux, in bytes. */
const longestPath = 4096;

/** A job on GitHub's runner. The only place that knows its commands and files. */
export class GitHubHost implements Host {
  readonly kind = 'github';
  readonly workspace: string;
  readonly defaultResultsDirectory: string;
  readonly stepKey: string;
  readonly platform: Host['platform'];
  readonly repository: Host['repository'];
  readonly #env: Readonly<NodeJS.ProcessEnv>;
  /** The runner masks as well, but only what goes through it, and not every runner does. */
  readonly #hidden = new Hidden();
  #outputsLost = false;

  constructor(env: Readonly<NodeJS.ProcessEnv>) {
    this.#env = env;
    this.workspace = env['GITHUB_WORKSPACE'] ?? process.cwd();
    this.defaultResultsDirectory = join(env['RUNNER_TEMP'] ?? '/tmp', 'mcp-workflow');
    this.stepKey = stepKeyOf(env);
    this.platform = platformOf(env, env['INPUT_GITHUB-TOKEN'] ?? '');
    if (this.platform.token !== null) this.#hidden.add(this.platform.token);
    this.repository = repositoryOf(env['GITHUB_REPOSITORY'] ?? '', this.platform);
  }

  /** The action's inputs by their kebab-case names; `core.getInput` would trim more than ASCII white space. */
  inputs(names: readonly string[]): Record<string, string> {
    return Object.fromEntries(
      names.map((name) => [name, this.#env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '']),
    );
  }

  async baseCommit(): Promise<BaseCommit> {
    return baseOfEvent(this.workspace, this.#env);
  }

  async untrustedWorkspace(files: readonly string[]): Promise<string | null> {
    return untrustedTrigger(files, this.workspace, this.#env);
  }

  info(text: string): void {
    core.info(logText(this.#hidden.in(text)));
  }

  warning(text: string): void {
    core.warning(this.#annotation(text));
  }

  debug(text: string): void {
    core.debug(logText(this.#hidden.in(text)));
  }

  group(title: string, lines: readonly string[]): void {
    core.startGroup(oneLine(this.#hidden.in(title), 200));
    for (const line of lines) this.info(line);
    core.endGroup();
  }

  annotate(annotations: readonly Annotation[]): void {
    const write = { error: core.error, warning: core.warning, notice: core.notice };
    for (const { level, title, text, location } of annotations) {
      write[level](this.#annotation(text), {
        title: oneLine(this.#hidden.in(title), 200),
        ...(location === null
          ? {}
          : {
              file: oneLine(this.#hidden.in(location.file), longestPath),
              startLine: location.line,
              startColumn: location.column,
            }),
      });
    }
  }

  setOutput(name: string, value: string): void {
    try {
      core.setOutput(name, value);
    } catch (error) {
      // The runner's temporary folder is gone: the verdict is still told by the exit code, the log and the results.
      if (!this.#outputsLost) this.warning(`The outputs could not be written: ${messageOf(error)}`);
      this.#outputsLost = true;
    }
  }

  mask(secret: string): void {
    this.#hidden.add(secret);
    if (secret.length >= 4) core.setSecret(secret);
  }

  /** A mistake of ours: one sentence for the user, the rest where debug logs are asked for. */
  fail(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    core.error(this.#annotation(`Internal error, please report it: ${message}`));
    this.debug(stack ?? '');
  }

  async writeSummary(markdown: string): Promise<void> {
    // Absent in local runners.
    if (this.#env['GITHUB_STEP_SUMMARY'] === undefined) return;
    await core.summary.addRaw(markdown).write({ overwrite: true });
  }

  #annotation(text: string): string {
    return cutUnits(logText(this.#hidden.in(text)), maxAnnotation);
  }
}
