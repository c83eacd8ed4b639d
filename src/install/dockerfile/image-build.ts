import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Checkout } from '../../checkout/model.ts';
import type { BuildConfig, ServerConfig } from '../../config/model.ts';
import type { ResolvedSource } from '../../result/model.ts';
import type { BuildResult } from '../../sandbox/build.ts';
import { anonymousEnvironment } from '../../sandbox/anonymous.ts';
import { ImageRefused, PodmanFailed } from '../../sandbox/errors.ts';
import type { HostMount } from '../../sandbox/policy.ts';
import type { PreparedImage } from '../../sandbox/sandbox.ts';
import { certificatesOf } from '../certificates.ts';
import { GatewayPort, gatewayAddress } from '../compiled/gateway-port.ts';
import { copyCheckout } from '../copy-checkout.ts';
import type { InstallFailure, InstallResult } from '../model.ts';
import type { DockerfileContext } from './checkout.ts';
import { isPublic, registryOf } from './image-registries.ts';
import { PackageProxy } from './package-proxy.ts';
import type { BuildPlan, Origin } from './model.ts';
import { renderStage } from './render.ts';
import { buildFault, failureOf, type Progressed, progressIn } from './sentences.ts';

/** For pulling all images that a Dockerfile begins from: they are on nobody's time limit but that of the whole run. */
const basesMs = 600_000;
/** Bytes that one build may send and receive. */
const maxTransfer = 4 * 1024 ** 3;
/** The way to the proxy outlives the builds that use it. */
const marginSeconds = 60;
const certificatesAt = '/opt/mcp-workflow/certificates.pem';
/** How tools are told of certificates beside their own. */
const certificateVariables = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
];
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
/** History with its credentials. */
const leftOut = new Set(['.git']);

type Base = BuildPlan['bases'][number];

interface BuildSource {
  readonly checkout: Checkout;
  /** The Dockerfile, relative to the root. */
  readonly file: string;
  /** The folder that is copied from, relative to the root. */
  readonly from: string;
  /** What is not copied, as .dockerignore says it. */
  readonly ignored: string;
  readonly build: BuildConfig;
}

/** The image of one server on its way: what it begins from, its files, the way to packages, and one stage after another. */
export class ImageBuild {
  readonly #context: DockerfileContext;
  readonly #server: ServerConfig;
  readonly #source: BuildSource;
  /** Images that it began from: names to digests. */
  readonly #bases: Record<string, string> = {};
  #resolved: ResolvedSource | null = null;

  constructor(context: DockerfileContext, server: ServerConfig, source: BuildSource) {
    this.#context = context;
    this.#server = server;
    this.#source = source;
  }

  /** @throws PodmanFailed, ImageRefused, CheckoutUnavailable */
  async run(plan: BuildPlan): Promise<InstallResult> {
    const { sandbox } = this.#context;
    const names = await this.#prepareBases(plan);
    if (!(names instanceof Map)) return names;
    const started = performance.now();
    const uid = sandbox.nextUid();
    const volume = await sandbox.createVolume(`${this.#server.name}-context`, uid);
    try {
      const { checkout, from: folder } = this.#source;
      const copy = { checkout, folder, volume, uid, leaveOut: (name: string) => leftOut.has(name) };
      const deadlineMs = this.#server.timeouts.install;
      const copied = await copyCheckout(sandbox, { ...copy, deadlineMs }, this.#context.signal);
      if (typeof copied === 'string') return this.#failed(copied, '', null);
      this.#resolved = copied;
      return await this.#buildFrom(volume, plan, names, started);
    } finally {
      if (await sandbox.removeVolumes([volume])) sandbox.returnUid(uid);
    }
  }

  /** @returns names of ours for all that it begins or copies from. @throws PodmanFailed, ImageRefused */
  async #prepareBases(plan: BuildPlan): Promise<Map<string, string> | InstallResult> {
    const { sandbox } = this.#context;
    const names = new Map<string, string>();
    const nobody = await anonymousEnvironment(await sandbox.freshFolder('a'));
    const deadline = performance.now() + basesMs;
    for (const base of plan.bases) {
      const late = `the images before this one took more than ${basesMs / 1000} s to pull: take what is not needed out`;
      const name = performance.now() > deadline ? this.#refusedBase(base, late) : await this.#prepareBase(base, nobody);
      if (typeof name !== 'string') return name;
      names.set(base.reference, name);
    }
    if (plan.usesScratch) names.set('scratch', await sandbox.builder.emptyBase());
    return names;
  }

  /** Pulls what is not here, looks at it, and gives it a name of ours. @throws PodmanFailed, ImageRefused */
  async #prepareBase(base: Base, nobody: Readonly<Record<string, string>>): Promise<string | InstallResult> {
    const { sandbox, signal } = this.#context;
    const { reference, line } = base;
    const registry = registryOf(reference);
    const anonymous = this.#source.build.registries.includes(registry) ? undefined : nobody;
    const reach = anonymous === undefined ? null : await this.#reachOf(reference, anonymous);
    if (reach !== null) {
      const why = `the image ${reference} may not be used: ${reach}, and a Dockerfile may copy what it likes out of an image. Add \`${registry}\` under \`build.registries\` if you trust this one with that`;
      return this.#refusedBase(base, why);
    }
    const progress = (message: string) => this.#context.progress(this.#server.name, message);
    const image = await sandbox.prepareImage(reference, { signal, progress, anonymous }).catch((error: unknown) => {
      const place = `${this.#source.file}:${line}`;
      if (error instanceof ImageRefused) throw new ImageRefused(`${place}: ${error.message}`, error.outcome);
      if (!(error instanceof PodmanFailed) || anonymous === undefined) throw error;
      const logins = `it is asked for without the logins of this machine, unless \`build.registries\` lists ${registry}`;
      throw new PodmanFailed(`${place}: ${error.message} (${logins})`);
    });
    const name = await sandbox.builder.nameBase(image);
    if (name === null) {
      const why = `the image ${reference} has instructions of its own for what is built upon it (ONBUILD), which are not run here: begin from one that has none`;
      return this.#refusedBase(base, why);
    }
    if (image.digest !== null) this.#bases[reference] = image.digest;
    return name;
  }

  #refusedBase({ line }: Base, why: string): InstallResult {
    return this.#failed(`${this.#source.file}:${line}: ${why}.`, '', null);
  }

  /** @returns why more than what anybody may have would be within reach, as the middle of a sentence; null where it is not */
  async #reachOf(reference: string, env: Readonly<Record<string, string>>): Promise<string | null> {
    if (!isPublic(registryOf(reference))) return 'it is of no public registry';
    if (await this.#context.sandbox.builder.hasLogin(reference, env)) {
      return 'a program of this machine logs in there, and so may have private ones';
    }
    return null;
  }

  async #buildFrom(
    context: string,
    plan: BuildPlan,
    names: Map<string, string>,
    started: number,
  ): Promise<InstallResult> {
    const { sandbox, env } = this.#context;
    const folder = await sandbox.freshFolder('g');
    const { hosts } = this.#source.build;
    const proxy = await PackageProxy.open({ folder, hosts, maxBytes: maxTransfer, env });
    try {
      const seconds = this.#server.timeouts.install / 1000 + marginSeconds;
      const port = await GatewayPort.open(sandbox, this.#server.name, folder, seconds);
      try {
        const place = { context, joins: port.container, proxy, deadline: started + this.#server.timeouts.install };
        const tag = await this.#buildStages(plan, names, place);
        return typeof tag === 'string' ? await this.#finish(tag, performance.now() - started) : tag;
      } finally {
        await port.close();
      }
    } finally {
      await proxy.close();
    }
  }

  /** @returns the name of the last. @throws PodmanFailed */
  async #buildStages(plan: BuildPlan, names: Map<string, string>, place: StagePlace): Promise<string | InstallResult> {
    const { sandbox, signal } = this.#context;
    const certificates = await this.#certificates();
    const args = {
      ...Object.fromEntries(proxyVariables.map((name) => [name, gatewayAddress])),
      NODE_USE_ENV_PROXY: '1',
      ...(certificates === null ? {} : Object.fromEntries(certificateVariables.map((name) => [name, certificatesAt]))),
    };
    const tags: string[] = [];
    // Each is an image with a name of ours: one that a build makes on its way has none, and a kill would leave it.
    for (const [index, stage] of plan.stages.entries()) {
      const rendered = renderStage(stage, { nameOf: (origin) => nameOf(origin, names, tags), args });
      let at: Progressed | null = null;
      const result = await sandbox.builder.build(
        {
          dockerfile: rendered.text,
          ignored: this.#source.ignored,
          context: place.context,
          joins: place.joins,
          mounts: certificates === null ? [] : [certificates],
          maxFile: this.#server.resources.disk,
        },
        {
          deadlineMs: Math.max(1, place.deadline - performance.now()),
          signal,
          onLine: (line) => {
            const next = progressIn(line, rendered);
            if (next === null) return;
            at = next;
            const which = plan.stages.length > 1 ? `stage ${index + 1} of ${plan.stages.length}, ` : '';
            this.#progress(`${which}step ${next.step} of ${next.steps}: ${next.shown}`);
          },
        },
      );
      if (!result.ok) return this.#judge(result, at, place.proxy);
      tags.push(result.tag);
    }
    return tags.at(-1) ?? '';
  }

  #progress(message: string): void {
    this.#context.progress(this.#server.name, `building ${this.#source.file}, ${message}`);
  }

  /** Those that the step is told of, where the machine has some of its own. */
  async #certificates(): Promise<HostMount | null> {
    const { sandbox, env } = this.#context;
    const text = await certificatesOf(env, env['NODE_EXTRA_CA_CERTS']);
    if (text === null) return null;
    const from = join(await sandbox.freshFolder('c'), 'certificates.pem');
    // Most tools take a file like this in place of their own, and it may hold no more than the machine's.
    await writeFile(from, [text, ...rootCertificates].join('\n'), { mode: 0o644 });
    return { from, at: certificatesAt };
  }

  #judge(result: BuildResult, at: Progressed | null, proxy: PackageProxy): InstallResult {
    const { install } = this.#server.timeouts;
    const fault = buildFault(result);
    if (fault !== null) return { kind: 'infrastructure', reason: fault };
    const [unreachable] = proxy.faults;
    if (unreachable !== undefined && !result.timedOut) {
      return { kind: 'infrastructure', reason: `A host of packages failed during the build: ${unreachable}` };
    }
    const { file } = this.#source;
    const seen = { file, at, refused: [...proxy.refused], tooLarge: proxy.tooLarge, limitMs: install };
    return this.#failed(failureOf(result, seen), result.tail, result.exitCode);
  }

  /** @throws PodmanFailed, ImageRefused */
  async #finish(tag: string, tookMs: number): Promise<InstallResult> {
    const { sandbox, signal } = this.#context;
    const built = await sandbox.prepareImage(tag, { signal });
    const { facts } = built;
    if (this.#resolved === null || facts === null) throw new Error('an image was built from nothing');
    // Its name and its digest are of this run, and mean nothing to anybody else.
    const image: PreparedImage = { ...built, given: this.#source.file, digest: null };
    return {
      kind: 'installed',
      tree: {
        volume: null,
        uid: null,
        resolved: this.#resolved,
        image,
        commands: new Map(),
        start: { entrypoint: facts.entrypoint, command: facts.command },
        packageName: null,
        workdir: facts.workdir,
        size: facts.size,
        scripts: { packages: [], ran: false, failure: null },
        timings: { resolveMs: 0, fetchMs: 0, scriptsMs: tookMs },
        npm: null,
        tools: this.#bases,
      },
    };
  }

  #failed(advice: string, stderrTail: string, exitCode: number | null): InstallResult {
    const outcome: InstallFailure['outcome'] = 'install_failed';
    return { kind: 'failed', failure: { outcome, advice, stderrTail, exitCode, resolved: this.#resolved } };
  }
}

function nameOf(origin: Origin, names: ReadonlyMap<string, string>, tags: readonly string[]): string {
  const name =
    origin.kind === 'stage' ? tags[origin.index] : names.get(origin.kind === 'scratch' ? 'scratch' : origin.reference);
  if (name === undefined) throw new Error('a stage comes before what it is made from');
  return name;
}

interface StagePlace {
  /** The volume with the files. */
  readonly context: string;
  readonly joins: string;
  readonly proxy: PackageProxy;
  /** By the clock that `performance.now` reads. */
  readonly deadline: number;
}
