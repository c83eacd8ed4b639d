import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit, PipedProcess } from '../process/piped.ts';
import { type CommandResult, runCommand, startPiped } from '../process/run.ts';
import {
  type BuildOptions,
  buildArguments,
  type BuildResult,
  type BuildSpec,
  followBuild,
  networkOf,
  prepareBuild,
} from './build.ts';
import { PodmanFailed } from './errors.ts';
import type { LedgerEntry } from './ledger.ts';
import { type Listed, parseListed } from './listed.ts';
import { ownerLabel, runLabel, runVariable, stepLabel } from './names.ts';
import { Patience, shortDeadlineMs } from './patience.ts';
import { type ContainerSpec, type PolicyContext, policyArguments } from './policy.ts';
import { pullEnvironment } from './pull.ts';
import { memoryPhrase, type Usage, UsageWatch } from './usage.ts';

/** Whose things are made: written on each as labels. */
export interface RunIdentity {
  readonly runId: string;
  readonly stepKey: string;
  /** As {@link formatOwner} writes it. */
  readonly owner: string;
}

/** A container that is spoken to over its standard streams. */
export interface StartedContainer extends PipedProcess {
  readonly name: string;
  /** What it has used up to now; when it has ended, altogether. */
  usage(): Usage;
}

export type Kind = 'container' | 'volume' | 'network';

const removalAttempts = 4;

/** The only writer of podman's arguments. Every call has a deadline and a built environment. */
export class Podman {
  readonly #identity: RunIdentity;
  readonly #stop: AbortSignal | null;
  readonly #intend: (entry: LedgerEntry) => void;
  /** Of who only removes. */
  readonly #patience: Patience | null;
  #serial = 0;

  /**
   * @param by what only a run has that makes things: `stop`, after which nothing new is made and what is being made is
   * given up, while removing goes on; and `intend`, told of each thing before it is made. Who only removes has patience.
   */
  constructor(identity: RunIdentity, by: { stop: AbortSignal; intend: (entry: LedgerEntry) => void } | Patience) {
    this.#identity = identity;
    this.#patience = by instanceof Patience ? by : null;
    this.#stop = by instanceof Patience ? null : by.stop;
    this.#intend = by instanceof Patience ? () => {} : by.intend;
  }

  /** @param deadlineMs also for calls that wait for a container to end. */
  async call(args: readonly string[], deadlineMs = shortDeadlineMs, extra: CallOptions = {}): Promise<CommandResult> {
    const result = await runCommand('podman', args, {
      deadlineMs: this.#patience?.deadline(deadlineMs) ?? deadlineMs,
      ...extra,
      // What only removes bears no mark: post and a run beside it may sweep at once, and would end each other's commands.
      env: { [runVariable]: this.#patience === null ? this.#identity.runId : '', ...extra.env },
    });
    this.#patience?.heard(result);
    return result;
  }

  /** @throws PodmanFailed with podman's own last words. */
  async must(args: readonly string[], deadlineMs = shortDeadlineMs, extra: CallOptions = {}): Promise<string> {
    const result = await this.call(args, deadlineMs, extra);
    if (!result.ok) throw new PodmanFailed(failureOf(args, result));
    return result.stdout.trim();
  }

  /** As {@link must}, for what makes things: not after the run was stopped. */
  async #make(args: readonly string[], deadlineMs = shortDeadlineMs, extra: CallOptions = {}): Promise<string> {
    this.#refuseAfterStop();
    return this.must(args, deadlineMs, { signal: this.#stop ?? undefined, ...extra });
  }

  #refuseAfterStop(): void {
    if (this.#stop?.aborted === true) throw new PodmanFailed('the run was stopped');
  }

  /** Makes a volume that the container's user owns. */
  async createVolume(name: string, uid: number, gid: number): Promise<void> {
    this.#intend({ kind: 'volume', name });
    await this.#make(['volume', 'create', ...this.#labels(), '--opt', `o=uid=${uid},gid=${gid}`, name]);
  }

  /** Unpacks a tar stream into a volume; podman does it inside the user namespace, chrooted. */
  async importVolume(name: string, tar: Readable, deadlineMs: number, signal: AbortSignal): Promise<void> {
    await this.#make(['volume', 'import', name, '-'], deadlineMs, { input: tar, signal });
  }

  /**
   * Once begun it is never cut short: an image half written breaks `podman images` for everything of this user.
   */
  async importImage(tag: string, tar: Readable): Promise<void> {
    this.#refuseAfterStop();
    this.#intend({ kind: 'image', name: tag });
    await this.must(['import', '--quiet', '-', tag], 120_000, { input: tar });
  }

  /** @returns what podman says about an image, as JSON (podman-image-inspect(1)); null when it is not on this machine. */
  async inspectImage(image: string): Promise<string | null> {
    const result = await this.call(['image', 'inspect', '--format', 'json', image]);
    return result.ok ? result.stdout : null;
  }

  /** @param env as {@link pullEnvironment}, or as `anonymousEnvironment` made it */
  async pull(image: string, deadlineMs: number, signal: AbortSignal, env = pullEnvironment()): Promise<CommandResult> {
    this.#refuseAfterStop();
    // A pull is the one thing that podman itself does over the network.
    return this.call(['pull', '--quiet', image], deadlineMs, { signal, env });
  }

  /**
   * Whether a pull would be one of somebody whom the registry knows: by a program that registries.conf names, where the
   * environment leaves no other way. What podman cannot say counts as yes.
   * @param repository with its registry, without tag and digest
   */
  async hasLogin(repository: string, env: Readonly<Record<string, string>>): Promise<boolean> {
    const asked = await this.call(['login', '--get-login', repository], shortDeadlineMs, { env });
    return asked.ok || !/\bnot logged in/u.test(asked.stderr);
  }

  /** Gives an image a name of this run's. @throws PodmanFailed */
  async tagImage(image: string, tag: string): Promise<void> {
    this.#intend({ kind: 'image', name: tag });
    await this.#make(['tag', image, tag]);
  }

  /** @param folder of the run's own, that nothing else uses. @throws PodmanFailed after the run was stopped */
  async build(spec: BuildSpec, context: PolicyContext, folder: string, options: BuildOptions): Promise<BuildResult> {
    this.#refuseAfterStop();
    const prepared = await prepareBuild(folder, spec);
    const temporary = join(folder, 'tmp');
    const place = {
      ...prepared,
      context: await this.must(['volume', 'inspect', '--format', '{{.Mountpoint}}', spec.context]),
      network: await networkOf(join(context.pidFolder, spec.joins)),
      seccompProfile: context.seccompProfile,
    };
    this.#refuseAfterStop();
    this.#intend({ kind: 'build', name: temporary });
    this.#intend({ kind: 'image', name: spec.tag });
    const client = startPiped('podman', buildArguments(spec, place), {
      env: { [runVariable]: this.#identity.runId, TMPDIR: temporary },
      // As `--oom-score-adj` of a container, which builds do not know.
      expendable: true,
    });
    return followBuild(client, temporary, options);
  }

  /**
   * Removes the containers in which builds keep what they are making: they bear no labels, but the name of what they begin
   * from, which is one of the run's. @throws PodmanFailed
   */
  async removeBuildContainers(): Promise<number> {
    const output = await this.must(['ps', '--all', '--external', '--format', 'json']);
    const names = parseListed(output)
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`${this.#identity.runId}-`) && /-working-container(-\d+)?$/u.test(name));
    if (names.length === 0) return 0;
    await this.must(['rm', '--force', '--ignore', ...names]);
    return names.length;
  }

  /** Runs a container to its end. The client is killed after the container's own timeout and a margin. */
  async run(spec: ContainerSpec, context: PolicyContext, options: CallOptions = {}): Promise<CommandResult> {
    this.#refuseAfterStop();
    const name = this.#newContainer(spec);
    const deadlineMs = spec.timeoutSeconds * 1000 + 10_000;
    const result = await this.call(this.#runArguments(name, spec, context), deadlineMs, {
      signal: this.#stop ?? undefined,
      ...options,
      env: { ...spec.secretEnv },
    });
    // Ending the client, for whatever reason, does not end the container.
    if (!result.ok) await this.remove('container', [name]);
    return result;
  }

  /** Starts a container that is spoken to over stdio; `kill` removes the container, then ends the client. */
  start(spec: ContainerSpec, context: PolicyContext): StartedContainer {
    this.#refuseAfterStop();
    const name = this.#newContainer(spec);
    const pidFile = join(context.pidFolder, name);
    const client = startPiped('podman', this.#runArguments(name, spec, context, pidFile), {
      env: { [runVariable]: this.#identity.runId, ...spec.secretEnv },
    });
    const watch = new UsageWatch(pidFile);
    // Its memory at its polite end, which begins so, is soon nobody's to read.
    client.stdin.once('finish', () => watch.look());
    const exited = client.exited.then((exit) => withLimit(exit, watch.end(), spec.resources.memory));
    const kill = () => {
      watch.look();
      void this.remove('container', [name]).finally(() => client.kill());
    };
    return { ...client, name, kill, exited, usage: () => watch.look() };
  }

  /** Removes by name; what is gone already is no error. */
  async remove(kind: Kind, names: readonly string[], deadlineMs = shortDeadlineMs): Promise<CommandResult> {
    const command = {
      container: ['rm', '--force', '--ignore', '--time', '0', '--volumes'],
      volume: ['volume', 'rm', '--force'],
      network: ['network', 'rm', '--force'],
    }[kind];
    for (let attempt = 1; ; attempt++) {
      // Without our mark: a sweep must not end what removes.
      const result = await this.call([...command, ...names], deadlineMs, { env: { [runVariable]: '' } });
      if (result.ok || result.timedOut || attempt === removalAttempts) return result;
      // A container cannot go before those that joined its namespace, which are tried in any order.
      await sleep(100);
    }
  }

  /** Removes a container with all that joined its namespace; what is gone already is no error. */
  async removeWithJoined(name: string): Promise<CommandResult> {
    for (let attempt = 1; ; attempt++) {
      await this.call(['rm', '--force', '--ignore', '--depend', '--time', '0', '--volumes', name], shortDeadlineMs, {
        env: { [runVariable]: '' },
      });
      // One that ends by itself at that moment makes podman give up, and say that all is well: asked again, it has to
      // say whether the container is gone.
      const result = await this.remove('container', [name]);
      if (result.ok || result.timedOut || attempt === removalAttempts) return result;
    }
  }

  /** Removes a tag, and the image when it was the last. @returns false when there was none. @throws PodmanFailed */
  async removeImage(tag: string): Promise<boolean> {
    // Asked for by name: listing all images fails where one of them is damaged, whoever's it is.
    return (await this.must(['image', 'rm', '--ignore', tag])) !== '';
  }

  /** @param filter a label, with or without `=value`. @throws PodmanFailed */
  async list(kind: Kind, filter: string, deadlineMs = shortDeadlineMs): Promise<Listed[]> {
    const command = { container: ['ps', '--all'], volume: ['volume', 'ls'], network: ['network', 'ls'] }[kind];
    // JSON, since the templates of these commands differ between versions of Podman.
    const output = await this.must([...command, '--filter', `label=${filter}`, '--format', 'json'], deadlineMs);
    return parseListed(output);
  }

  #runArguments(name: string, spec: ContainerSpec, context: PolicyContext, pidFile: string | null = null): string[] {
    const [program = '', ...args] = spec.command;
    return [
      'run',
      '--rm',
      ...this.#labels(),
      `--name=${name}`,
      ...(pidFile === null ? [] : [`--pidfile=${pidFile}`]),
      ...policyArguments(spec, context),
      // An image's own entry point would stand before our command.
      `--entrypoint=${program}`,
      spec.image,
      ...args,
    ];
  }

  #newContainer(spec: ContainerSpec): string {
    const name = `${this.#identity.runId}-${spec.phase}-${this.#serial++}-${spec.label}`;
    this.#intend({ kind: 'container', name });
    return name;
  }

  #labels(): string[] {
    const { runId, stepKey, owner } = this.#identity;
    return [`--label=${runLabel}=${runId}`, `--label=${stepLabel}=${stepKey}`, `--label=${ownerLabel}=${owner}`];
  }
}

/** An end by SIGKILL is one for memory where the kernel counted such a one; a child's may be survived. */
function withLimit(exit: Exit, { memoryKills }: Usage, memory: number): Exit {
  const killed = exit.exitCode === 137 || exit.signal === 'SIGKILL';
  return killed && memoryKills > 0 ? { ...exit, exceeded: memoryPhrase(memory) } : exit;
}

type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: Readable | undefined;
  readonly maxOutput?: number | undefined;
};

function failureOf(args: readonly string[], result: CommandResult): string {
  const what = `podman ${args.slice(0, 2).join(' ')}`;
  if (result.spawnError !== null) return `${what} could not be started (${result.spawnError})`;
  if (result.timedOut) return `${what} did not end within ${Math.round(result.durationMs / 1000)} s`;
  if (result.canceled) return `${what} was interrupted`;
  const lastWords = result.stderr.trim().split('\n').at(-1) ?? '';
  return `${what} failed with exit code ${result.exitCode ?? result.signal ?? 'unknown'}: ${lastWords}`;
}
