import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Checkout } from '../../checkout/model.ts';
import type { ServerConfig } from '../../config/model.ts';
import type { FoundServer } from '../../discovery/model.ts';
import type { CommandResult } from '../../process/run.ts';
import type { ResolvedSource } from '../../result/model.ts';
import { PodmanFailed } from '../../sandbox/errors.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import { readFiles } from '../../sandbox/read-files.ts';
import { copyCheckout } from '../copy-checkout.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import type { InstallerContext } from '../installer.ts';
import type { Mirror } from '../mirror-gateway.ts';
import { type InstallFailure, type InstallResult, treePath } from '../model.ts';
import { tail } from '../scripts.ts';
import type { BuildCommand, BuildPlace } from './build-place.ts';

/** What a build with the tools of an image needs of the installer. */
export interface CompiledContext extends Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'> {
  /** Where packages come from; made when the first one needs some. */
  readonly upstream: () => Promise<IndexUpstream>;
}

/** A project of a repository, and which program of it is the server. */
export interface CompiledOrigin {
  readonly checkout: Checkout;
  readonly found: FoundServer;
}

/** A verdict in the words of one language. */
export interface Told {
  readonly outcome: InstallFailure['outcome'];
  /** A sentence that says what to do. */
  readonly advice: string;
}

/** @param output both streams of what failed */
export type Tell = (output: string, exitCode: number | null) => Told;

/** Times in milliseconds. */
export interface Compiled {
  readonly args: readonly string[];
  readonly tools: Readonly<Record<string, string>>;
  readonly fetchMs: number;
  readonly built: CommandResult;
}

/** The steps of an install with the tools of an image that are the same for every language. */
export class CompiledInstall {
  /** Where the program is to be put: absolute, in a folder whose name nobody can guess. */
  readonly program: string;
  /** Where the project lies. */
  readonly workdir: string;
  readonly #context: CompiledContext;
  readonly #server: ServerConfig;
  readonly #checkout: Checkout;
  readonly #place: BuildPlace;
  readonly #started = performance.now();
  #resolveMs = 0;
  #resolved: ResolvedSource | null = null;

  /** @param program its name, as it will be seen by itself */
  constructor(
    context: CompiledContext,
    server: ServerConfig,
    { checkout, found }: CompiledOrigin,
    place: BuildPlace,
    program: string,
  ) {
    this.#context = context;
    this.#server = server;
    this.#checkout = checkout;
    this.#place = place;
    this.program = posix.join(treePath, `.mcp-workflow-${randomBytes(12).toString('hex')}`, 'bin', program);
    this.workdir = posix.join(treePath, found.folder);
  }

  progress(message: string): void {
    this.#context.progress(this.#server.name, message);
  }

  /** @returns null where it is there. @throws PodmanFailed */
  async copyIn(leftOut: ReadonlySet<string>): Promise<InstallResult | null> {
    const { volume, uid } = this.#place;
    const { sandbox, signal } = this.#context;
    const copy = { checkout: this.#checkout, volume, uid, leaveOut: (name: string) => leftOut.has(name) };
    const copied = await copyCheckout(sandbox, { ...copy, deadlineMs: this.#server.timeouts.install }, signal);
    if (typeof copied === 'string') return this.failed(copied);
    this.#resolved = copied;
    this.#resolveMs = performance.now() - this.#started;
    return null;
  }

  /** @param from what it is fetched from, for sentences: `module proxy`. @throws PodmanFailed, RegistryFault */
  async fetch(
    command: BuildCommand,
    upstream: IndexUpstream,
    mirror: Mirror,
    { from, tell }: { readonly from: string; readonly tell: Tell },
  ): Promise<CommandResult | InstallResult> {
    const fetched = await this.#place.fetch(command, upstream, mirror);
    if (fetched.ok) return fetched;
    if (fetched.tooLarge) return this.failed('What it depends on is larger than 2 GiB.', fetched);
    const [fault] = fetched.faults;
    if (fault !== undefined)
      return { kind: 'infrastructure', reason: `The ${from} failed during the install: ${fault}` };
    return this.#judge(fetched, 'fetch of what it depends on', tell);
  }

  /** @throws PodmanFailed */
  async build(command: BuildCommand, tell: Tell): Promise<CommandResult | InstallResult> {
    const built = await this.#place.build(command);
    return built.ok ? built : this.#judge(built, 'build', tell);
  }

  /** @throws PodmanFailed */
  async finish({ args, tools, fetchMs, built }: Compiled, noProgram: string): Promise<InstallResult> {
    const size = await this.#sizeOf(this.program);
    if (size === null || this.#resolved === null) return this.failed(noProgram, built);
    const { volume, uid } = this.#place;
    return {
      kind: 'installed',
      tree: {
        volume,
        uid,
        resolved: this.#resolved,
        commands: new Map(),
        start: { entrypoint: [this.program], command: args },
        packageName: null,
        workdir: this.workdir,
        size,
        scripts: { packages: [], ran: false, failure: null },
        timings: { resolveMs: this.#resolveMs, fetchMs, scriptsMs: built.durationMs },
        npm: null,
        tools,
      },
    };
  }

  failed(
    advice: string,
    ended: CommandResult | null = null,
    outcome: InstallFailure['outcome'] = 'install_failed',
  ): InstallResult {
    const stderrTail = ended === null ? '' : tail(`${ended.stdout}\n${ended.stderr}`);
    const exitCode = ended?.exitCode ?? null;
    return { kind: 'failed', failure: { outcome, advice, stderrTail, exitCode, resolved: this.#resolved } };
  }

  #judge(ended: CommandResult, what: string, tell: Tell): InstallResult {
    const fault = podmanFault(ended);
    if (fault !== null) return { kind: 'infrastructure', reason: fault };
    if (this.#place.isLate(ended)) {
      const seconds = this.#server.timeouts.install / 1000;
      return this.failed(`The ${what} did not end within ${seconds} s: raise \`timeouts.install\`.`, ended);
    }
    const { advice, outcome } = tell(`${ended.stdout}\n${ended.stderr}`, ended.exitCode);
    return this.failed(advice, ended, outcome);
  }

  /** @returns bytes of the program with the sources that lie beside it; null where there is no program */
  async #sizeOf(program: string): Promise<number | null> {
    const { volume, uid } = this.#place;
    const path = posix.relative(treePath, program);
    const request = { volume, user: { uid, gid: uid }, label: this.#server.name, paths: [path] };
    const states = await readFiles(this.#context.sandbox, request, this.#context.signal);
    if ('failed' in states) throw new PodmanFailed(`what was built could not be looked at: ${states.failed}`);
    const built = states.get(path);
    if (built?.kind !== 'file') return null;
    return this.#checkout.files.reduce((sum, { size }) => sum + size, built.size);
  }
}
