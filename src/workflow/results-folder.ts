import { stringifyChunked } from '@discoveryjs/json-ext';
import { constants, createWriteStream, type WriteStream } from 'node:fs';
import { access, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Host } from '../host/host.ts';
import { packFolder } from '../checkout/pack.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import type { CleanupOperation, WorkflowResult } from '../result/model.ts';
import { fileName, logText, printableJson, printablePieces, type Redact } from '../text/untrusted.ts';

/** A folder for results that cannot be written. The message says what to do. */
export class ResultsUnwritable extends Error {
  override readonly name = 'ResultsUnwritable';
}

/**
 * Where a step's results go. A folder inside the workspace may have come with a pull request: it must not be a link, nor
 * lie behind one that leads out.
 * @param given the input, relative to the workspace or absolute; null takes the host's default.
 * @throws ResultsUnwritable
 */
export async function resultsDirectory(host: Host, given: string | null): Promise<string> {
  const directory = given === null ? await defaultDirectory(host) : resolve(host.workspace, given);
  const entry = await lstat(directory).catch(() => null);
  if (entry !== null && !entry.isDirectory()) throw refused(directory, 'it is no folder');
  if (isInside(directory, host.workspace)) {
    const real = await realpath(await nearestExisting(directory));
    if (!isInside(real, await realpath(host.workspace))) throw refused(directory, 'a link leads out of the workspace');
  }
  return directory;
}

/** Two steps of one job share the default: the second must not remove what the first has named in its outputs. */
async function defaultDirectory(host: Host): Promise<string> {
  const shared = host.defaultResultsDirectory;
  const text = await readFile(join(shared, 'result.json'), 'utf8').catch(() => '');
  const owner = /"workflowId": "mcpw-([0-9a-f]{10})-/u.exec(text)?.[1];
  const taken = host.kind === 'github' && owner !== undefined && owner !== host.stepKey;
  return taken ? `${shared}-${host.stepKey}` : shared;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function refused(directory: string, why: string): ResultsUnwritable {
  return new ResultsUnwritable(
    `The results folder ${directory} cannot be used (${why}): set \`results-directory\` to another.`,
  );
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
      await mkdir(directory, { recursive: true });
      // Only what bears our names: the folder may hold the user's own things.
      for (const name of [...replacedFiles, logsArchive, unpackedLogs, openLogs]) {
        await rm(join(directory, name), { recursive: true, force: true });
      }
      await removeUnfinished(directory);
      await mkdir(join(directory, openLogs));
    } catch (error) {
      throw refused(directory, codeOf(error) ?? messageOf(error));
    }
    return new ResultsFolder(directory, redact);
  }

  /** Replaces the whole file at once, one write after another, so that a reader or a kill never meets half of it. */
  async writeResult(result: WorkflowResult): Promise<void> {
    const write = this.#lastWrite
      .catch(() => {})
      // In pieces: the text of ten thousand cases at once takes more memory than all the rest of the run.
      .then(() => {
        const pieces = printablePieces(stringifyChunked(result, { space: 2 }));
        return replaceFile(this.resultPath, chain(pieces, ['\n']));
      });
    this.#lastWrite = write;
    await write;
  }

  async writeSummary(markdown: string): Promise<void> {
    await replaceFile(this.summaryPath, markdown);
  }

  async writeJunit(xml: string): Promise<void> {
    await replaceFile(join(this.directory, junitFile), xml);
  }

  /** Appends a line to the server's own log, as somebody may print it: without control characters and commands. */
  log(server: string, line: string): void {
    let stream = this.#logs.get(server);
    if (stream === undefined) {
      const file = join(this.directory, openLogs, `${fileName(server)}.stderr.log`);
      stream = createWriteStream(file, { flags: 'wx' });
      // A full disk loses log lines, not the run.
      stream.on('error', () => {});
      this.#logs.set(server, stream);
    }
    stream.write(`${logText(this.#redact(line), { maxLine: maxLogLine })}\n`);
  }

  async closeLogs(): Promise<void> {
    const open = [...this.#logs.values()];
    this.#logs.clear();
    await Promise.all(open.map((stream) => new Promise<void>((done) => stream.end(() => done()))));
  }
}

function* chain(...parts: readonly Iterable<string>[]): Generator<string> {
  for (const part of parts) yield* part;
}

/** Node's recursive mkdir never returns where the file system refuses with ENOENT, as /proc does: ask before. */
async function nearestExisting(path: string): Promise<string> {
  const present = await stat(path).catch(() => null);
  return present !== null || dirname(path) === path ? path : nearestExisting(dirname(path));
}

/** UTF-16 units. Lines come cut at 2 KiB, and every character of them may have to be written out. */
const maxLogLine = 32 * 1024;

const junitFile = 'junit.xml';
const replacedFiles = ['result.json', 'summary.md', junitFile, 'cleanup.json'];
const logsArchive = 'logs.tar.gz';
/** In its place, where there was no room for it. */
const unpackedLogs = 'logs.unpacked';
/** Where logs grow until the end of the run. */
const openLogs = 'logs.unfinished';

/**
 * Packs the servers' logs into one file and removes the folder. Also done by post, where main was killed.
 * @returns how many logs there were.
 */
async function archiveLogs(directory: string): Promise<number> {
  const folder = join(directory, openLogs);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return 0;
  if (names.length > 0) await packLogs(directory, folder);
  await rm(folder, { recursive: true, force: true });
  return names.length;
}

/** @throws Error that says where they are now, where they cannot be packed */
async function packLogs(directory: string, folder: string): Promise<void> {
  const archive = join(directory, logsArchive);
  await rm(archive, { force: true });
  try {
    const packed = packFolder(folder, { uid: 0, leaveOut: () => false });
    await pipeline(packed.tar, createGzip(), createWriteStream(archive, { flags: 'wx' }));
  } catch (error) {
    // On a full disk: half an archive is nobody's to read, and a new name needs no space.
    await rm(archive, { force: true });
    await rename(folder, join(directory, unpackedLogs));
    throw new Error(`they could not be packed, and are in ${unpackedLogs} (${messageOf(error)})`, { cause: error });
  }
}

/** As {@link archiveLogs}, as a line of the cleanup. */
export async function logsOperation(directory: string): Promise<CleanupOperation> {
  try {
    return { operation: 'logs', success: true, itemsProcessed: await archiveLogs(directory), error: null };
  } catch (error) {
    return { operation: 'logs', success: false, itemsProcessed: 0, error: messageOf(error) };
  }
}

/** As {@link replaceFile}, of a small value. @throws what the file system says. */
export async function replaceJson(path: string, value: unknown): Promise<void> {
  await replaceFile(path, `${printableJson(value)}\n`);
}

/** @throws what the file system says. */
async function replaceFile(path: string, text: string | Iterable<string>): Promise<void> {
  const unfinished = unfinishedName(path);
  // Never through a link that somebody put there.
  await rm(unfinished, { force: true });
  try {
    await writeFile(unfinished, text, { flag: 'wx' });
    await rename(unfinished, path);
  } catch (error) {
    // On a full disk, half a file is in the way of what comes after it.
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}

/** Also done by post: main may have been killed while it wrote. @throws what the file system says */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const name of replacedFiles) await rm(unfinishedName(join(directory, name)), { force: true });
}

const unfinishedName = (path: string) => `${path}.unfinished`;
