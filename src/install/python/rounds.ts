import type { ServerConfig } from '../../config/model.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import type { InstallResult } from '../model.ts';
import { tellBuild, wantedByBuild } from './build-sentences.ts';
import { IndexGateway } from './index-gateway.ts';
import { failed, type JudgedInstall, judgeFetch, judgeFiles, publishedDigest, tooSlow } from './judge.ts';
import { parsePythonReport, type PythonInstalled, type PythonReport, type WantedBuild } from './report.ts';
import { buildRound, fetchRound, type PythonPlace } from './round.ts';

/** Bytes that one install may take from the index. */
const maxDownload = 2 * 1024 ** 3;
/** Each takes a container that builds and one that fetches; nobody has that many packages without wheels. */
const maxBuilds = 20;
/** What one build may ask for when it runs. */
const maxExtra = 5;

export interface PythonOutcome {
  readonly installed: PythonInstalled;
  /** The SHA-256 that the index published for the file that the package was made from, or null. */
  readonly published: string | null;
  /** Packages that were built from source. */
  readonly builds: readonly string[];
  readonly tools: { readonly python: string; readonly pip: string };
  readonly fetchMs: number;
  readonly buildMs: number;
}

export type RoundsResult =
  | { readonly ok: true; readonly outcome: PythonOutcome }
  | { readonly ok: false; readonly result: InstallResult };

/**
 * Fetches, builds what has no wheel, fetches again, until everything is there or it is known why it cannot be; all of
 * it within the time of the server's install. @param progress is told what is being built
 */
export async function runRounds(
  place: PythonPlace,
  index: IndexUpstream,
  server: ServerConfig,
  progress: (message: string) => void,
): Promise<RoundsResult> {
  const gateway = await IndexGateway.open(index, await place.sandbox.freshFolder('g'), maxDownload);
  try {
    return await new Rounds(place, gateway, index.index.url.host, server, progress).run();
  } finally {
    await gateway.close();
  }
}

class Rounds {
  readonly #place: PythonPlace;
  readonly #folder: string;
  readonly #install: JudgedInstall;
  readonly #buildsAllowed: boolean;
  readonly #progress: (message: string) => void;
  /** By the clock that `performance.now` reads. */
  readonly #deadline: number;
  readonly #built: string[] = [];
  readonly #labels: string[] = [];
  readonly #extra: Record<string, string[]> = {};
  #fetchMs = 0;
  #buildMs = 0;

  constructor(
    place: PythonPlace,
    gateway: IndexGateway,
    host: string,
    server: ServerConfig,
    progress: (message: string) => void,
  ) {
    const timeoutMs = server.timeouts.install;
    this.#place = place;
    this.#folder = gateway.folder;
    this.#install = { gateway, host, image: place.image.given, target: place.target, timeoutMs };
    this.#buildsAllowed = server.installScripts !== 'never';
    this.#progress = progress;
    this.#deadline = performance.now() + timeoutMs;
  }

  async run(): Promise<RoundsResult> {
    for (let round = 0; round <= maxBuilds; round++) {
      const known = { built: this.#built, extra: this.#extra };
      const fetched = await fetchRound(this.#place, this.#folder, known, this.#left());
      this.#fetchMs += fetched.durationMs;
      const report = parsePythonReport(fetched.stdout);
      const wrong = judgeFetch(this.#install, fetched, report, fetched.timedOut || this.#isLate());
      if (wrong !== null) return { ok: false, result: wrong };
      if (report?.installed) return this.#finish(report, report.installed);
      const refused = report?.build ? await this.#build(report.build) : null;
      if (refused !== null) return { ok: false, result: refused };
    }
    const advice = `It needs more than ${maxBuilds} builds from source: publish wheels of what it depends on.`;
    return { ok: false, result: failed(this.#install, advice) };
  }

  #left(): number {
    return Math.max(1000, Math.ceil(this.#deadline - performance.now()));
  }

  #isLate(): boolean {
    return performance.now() >= this.#deadline;
  }

  #finish(report: PythonReport, installed: PythonInstalled): RoundsResult {
    const wrong = judgeFiles(this.#install, installed);
    if (wrong !== null) return { ok: false, result: wrong };
    const outcome: PythonOutcome = {
      installed,
      published: publishedDigest(this.#install, installed),
      builds: this.#labels,
      tools: { python: report.python, pip: report.pip ?? 'unknown' },
      fetchMs: this.#fetchMs,
      buildMs: this.#buildMs,
    };
    return { ok: true, outcome };
  }

  /** @returns null where it is built, or may be when it is tried again */
  async #build(build: WantedBuild): Promise<InstallResult | null> {
    if (!this.#buildsAllowed) {
      const advice = `${build.label} has to be built from source, which runs its code, and \`installScripts\` is \`never\`: publish a wheel, or allow \`sandboxed\`.`;
      return failed(this.#install, advice);
    }
    this.#progress(`building ${build.label} from source without network`);
    const built = await buildRound(this.#place, build, this.#left());
    this.#buildMs += built.durationMs;
    const fault = podmanFault(built);
    if (fault !== null) return { kind: 'infrastructure', reason: fault };
    if (built.ok) {
      this.#built.push(build.key);
      this.#labels.push(build.label);
      return null;
    }
    const output = `${built.stdout}\n${built.stderr}`;
    const late = built.timedOut || this.#isLate();
    if (!late && this.#learn(build.key, output)) return null;
    const advice = late ? tooSlow(this.#install, `build of ${build.label}`) : tellBuild(build.label, output);
    return failed(this.#install, advice, { output, exitCode: built.exitCode });
  }

  /** A backend may ask for more when it runs. @returns whether there is something new to try it with */
  #learn(key: string, output: string): boolean {
    const wanted = wantedByBuild(output);
    const known = (this.#extra[key] ??= []);
    if (wanted === null || known.includes(wanted) || known.length >= maxExtra) return false;
    known.push(wanted);
    return true;
  }
}
