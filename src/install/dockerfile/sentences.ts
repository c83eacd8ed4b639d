import type { BuildResult } from '../../sandbox/build.ts';
import type { RenderedStage } from './render.ts';

/** Where a build is, by what podman says of it. */
export interface Progressed {
  readonly step: number;
  readonly steps: number;
  /** Of the Dockerfile. */
  readonly line: number;
  /** The instruction as it is written there, cut to a line. */
  readonly shown: string;
}

/** @returns where the build is now; null for a line that does not say so (a command may print the like, to no gain) */
export function progressIn(line: string, { steps }: RenderedStage): Progressed | null {
  const [, number] = /^STEP (\d+)\/\d+: /u.exec(line) ?? [];
  const index = Number(number) - 1;
  const step = steps[index];
  // What is ours alone, nobody has written.
  if (step === undefined || step === null) return null;
  const written = steps.filter((each) => each !== null);
  return { step: written.indexOf(step) + 1, steps: written.length, line: step.line, shown: step.shown };
}

/** What is podman's own, or the machine's: no verdict on the Dockerfile. @returns a sentence, or null */
export function buildFault({ exitCode, spawnError, canceled, tail }: BuildResult): string | null {
  if (spawnError !== null) return `podman could not be started (${spawnError})`;
  if (canceled) return 'the build was interrupted';
  const ofStep = stepError(tail);
  const said = ofStep ?? lastError(tail);
  if (said === null) return exitCode === null ? 'podman ended in the middle of a build' : null;
  // Of what comes before it in a step, the Dockerfile decides.
  const cause = ofStep === null ? said : said.slice(said.lastIndexOf('": ') + 1);
  if (/no space left on device/iu.test(cause)) return `the image could not be built: the disk is full (${said})`;
  return ofStep === null ? `podman could not build: ${said}` : null;
}

export interface Seen {
  readonly file: string;
  readonly at: Progressed | null;
  /** Hosts with ports that it asked for in vain. */
  readonly refused: readonly string[];
  readonly tooLarge: boolean;
  readonly limitMs: number;
}

/** Says what is wrong with what the Dockerfile does, and what to do. */
export function failureOf(result: BuildResult, { file, at, refused, tooLarge, limitMs }: Seen): string {
  const place = at === null ? file : `${file}:${at.line}`;
  const what = at === null ? 'the build' : `\`${at.shown}\``;
  if (result.timedOut) {
    return `${place}: ${what} did not end within the ${limitMs / 1000} s of the install: raise \`timeouts.install\`.`;
  }
  const why = reasonOf(result);
  if (tooLarge) return `${place}: ${what} failed (${why}): the build has sent and received more than 4 GiB.`;
  if (refused.length === 0) return `${place}: ${what} failed: ${why}.`;
  const hosts = refused.map((each) => each.replace(/:(?:443|80)$/u, ''));
  const listed = [...new Set(hosts)].slice(0, 5).join(', ');
  return `${place}: ${what} failed: ${why}. The build asked for ${listed}, which a build may not reach by itself: add it under \`build.hosts\` if you trust it.`;
}

function reasonOf({ tail, exitCode }: BuildResult): string {
  const said = stepError(tail) ?? '';
  const [, code] = /exit status (\d+)$/u.exec(said) ?? [];
  if (code !== undefined) return `it ended with exit code ${code}`;
  return said === '' ? `podman ended with ${exitCode}` : said;
}

/**
 * What podman says of a step that failed: `Error: building at STEP "…": this`. Of what stands in the quotes the
 * Dockerfile decides, with quotes and lines of its own, of which the first may be out of sight. @returns null for any
 * other end
 */
function stepError(tail: string): string | null {
  const last = tail.trimEnd().split('\n').at(-1) ?? '';
  if (/": while running runtime: exit status \d+$/u.test(last)) return last.slice(last.lastIndexOf('": ') + 3);
  if (!/^Error: building at STEP "/mu.test(tail)) return null;
  const at = last.indexOf('": ');
  return at === -1 ? last : last.slice(at + 3);
}

/** What podman says last. Commands say `Error:`, too, but podman comes after them. */
function lastError(tail: string): string | null {
  return (
    tail
      .split('\n')
      .slice(-5)
      .findLast((line) => line.startsWith('Error: ')) ?? null
  );
}
