import { constants, createWriteStream, type WriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Host } from '../host/host.ts';
import { packFolder } from '../install/folder.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import type { WorkflowResult } from '../result/model.ts';
import { fileName, type Redact } from '../text/untrusted.ts';

/** A folder for results that cannot be written. The message says what to do. */
export class ResultsUnwritable extends Error {
  override readonly name = 'ResultsUnwritable';
}

/** @param given the input, relative to the workspace or absolute; null takes the host's default. */
export function resultsDirectory(host: Host, given: string | null): string {
  if (given === null) return host.defaultResultsDirectory;
  return isAbsolute(given) ? given : join(host.workspace, given);
}

/** What a run leaves behind on purpose. Results come redacted; the servers' own lines are redacted here. */
export class ResultsFolder {
  readonly directory: string;
  readonly resultPath: string;
  readonly summaryPath: string;
  readonly #redact: Redact;
  readonly #logs = new Map<string, WriteStream>();
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(directory: string, redact: Redact) {
    this.directory = directory;
    this.resultPath = join(directory, 'result.json');
    this.summaryPath = join(directory, 'summary.md');
    this.#redact = redact;
  }

  /** Makes the folder, and removes what an earlier run left in it. @throws ResultsUnwritable */
  static async open(directory: string, redact: Redact): Promise<ResultsFolder> {
    try {
      await access(await nearestExisting(directory), constants.W_OK);
      await mkdir(logsFolder(directory), { recursive: true });
      for (const name of ['result.json', 'summary.md', 'cleanup.json', logsArchive]) {
        await rm(join(directory, name), { force: true });
      }
    } catch (error) {
      throw new ResultsUnwritable(
        `The results folder ${directory} cannot be written (${codeOf(error) ?? messageOf(error)}): set \`results-directory\` to one that can.`,
      );
    }
    return new ResultsFolder(directory, redact);
  }

  /** Replaces the whole file at once, one write after another, so that a reader or a kill never meets half of it. */
  async writeResult(result: WorkflowResult): Promise<void> {
    const write = this.#lastWrite
      .catch(() => {})
      .then(() => replaceFile(this.resultPath, `${JSON.stringify(result, null, 2)}\n`));
    this.#lastWrite = write;
    await write;
  }

  async writeSummary(markdown: string): Promise<void> {
    await replaceFile(this.summaryPath, markdown);
  }

  /** Appends a line to the server's own log. */
  log(server: string, line: string): void {
    let stream = this.#logs.get(server);
    if (stream === undefined) {
      stream = createWriteStream(join(logsFolder(this.directory), `${fileName(server)}.stderr.log`));
      // A full disk loses log lines, not the run.
      stream.on('error', () => {});
      this.#logs.set(server, stream);
    }
    stream.write(`${this.#redact(line)}\n`);
  }

  async closeLogs(): Promise<void> {
    const open = [...this.#logs.values()];
    this.#logs.clear();
    await Promise.all(open.map((stream) => new Promise<void>((resolve) => stream.end(() => resolve()))));
  }
}

/** Node's recursive mkdir never returns where the file system refuses with ENOENT, as /proc does: ask before. */
async function nearestExisting(path: string): Promise<string> {
  const present = await stat(path).catch(() => null);
  return present !== null || dirname(path) === path ? path : nearestExisting(dirname(path));
}

const logsArchive = 'logs.tar.gz';

function logsFolder(directory: string): string {
  return join(directory, 'logs');
}

/**
 * Packs the servers' logs into one file and removes the folder. Also done by post, where main was killed.
 * @returns how many logs there were.
 */
export async function archiveLogs(directory: string): Promise<number> {
  const folder = logsFolder(directory);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return 0;
  if (names.length > 0) {
    const packed = packFolder(folder, { uid: 0, leaveOut: () => false });
    await pipeline(packed.tar, createGzip(), createWriteStream(join(directory, logsArchive)));
  }
  await rm(folder, { recursive: true, force: true });
  return names.length;
}

/** @throws what the file system says. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}
