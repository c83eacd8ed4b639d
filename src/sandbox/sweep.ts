import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../process/failure.ts';
import { runCommand } from '../process/run.ts';
import type { CleanupOperation } from '../result/model.ts';
import { endBuildCommands } from './build.ts';
import { readLedger, readRunRecord } from './ledger.ts';
import { baseImageTag, runIdPattern, runLabel, runVariable, stepLabel } from './names.ts';
import { livenessOf, parseOwner } from './owner.ts';
import type { Kind, Podman } from './podman.ts';
import type { StateDirectories } from './state.ts';
import { releaseUidBlocks } from './uids.ts';

/**
 * Removes everything that one run left, found by label, by the ledger's names, by process and by folder. It can be run
 * any number of times, by main, by post and by a later run; what is gone already is no error. Never rejects.
 */
export async function sweepRun(podman: Podman, state: StateDirectories, runId: string): Promise<CleanupOperation[]> {
  const directory = join(state.runs, runId);
  const ledger = await readLedger(directory);
  const named = (kind: string) => ledger.filter((entry) => entry.kind === kind).map((entry) => entry.name);
  const builds = named('build');
  // Clients first: one that is still starting would make its container after we looked. Then containers, since a
  // volume in use cannot be removed; then conmon, where one hangs. Not side by side with our own podman calls.
  const writers = await operation('processes', () => waitForWriters(runId, builds));
  const clients = await operation('processes', () => endProcesses(runId, isClient));
  // Of a build that was killed all the same.
  const orphans = await operation('processes', () => endBuilds(builds));
  const containers = await operation('containers', async () => {
    const removed = await removeAll(podman, 'container', runId, []);
    return builds.length === 0 ? removed : removed + (await podman.removeBuildContainers());
  });
  const monitors = await operation('processes', () => endProcesses(runId, () => true));
  const [volumes, networks, images] = await Promise.all([
    operation('volumes', () => removeAll(podman, 'volume', runId, named('volume'))),
    operation('networks', () => removeAll(podman, 'network', runId, named('network'))),
    operation('images', () => removeTags(podman, runId, named('image'))),
  ]);
  const processes = { ...monitors, itemsProcessed: sumOf([writers, clients, orphans, monitors]) };
  const operations = [containers, volumes, networks, images, processes];
  // The record goes last, and only when nothing is left that it names: otherwise the next run tries again.
  if (operations.every((done) => done.success)) {
    operations.push(await operation('state', () => removeState(state, runId)));
  }
  return operations;
}

async function endBuilds(folders: readonly string[]): Promise<number> {
  let ended = 0;
  for (const folder of folders) ended += await endBuildCommands(folder);
  return ended;
}

/** @returns the ids of runs of this step, whatever became of them: post's own run, also when it saved no state. */
export async function runsOfStep(podman: Podman, state: StateDirectories, stepKey: string): Promise<string[]> {
  const ids = new Set<string>();
  for (const runId of await recordedRuns(state)) {
    if ((await readRunRecord(join(state.runs, runId)))?.stepKey === stepKey) ids.add(runId);
  }
  const filter = `${stepLabel}=${stepKey}`;
  const lists = await Promise.all([
    podman.list('container', filter).catch(() => []),
    podman.list('volume', filter).catch(() => []),
  ]);
  for (const thing of lists.flat()) ids.add(thing.runId);
  return [...ids].filter((id) => runIdPattern.test(id));
}

/**
 * @returns the ids of runs on this machine whose process is dead, killed before its own cleanup and never followed by a
 * post step. A run whose owner cannot be judged from here (another pid namespace) is left alone.
 */
export async function deadRuns(podman: Podman, state: StateDirectories): Promise<string[]> {
  const dead: string[] = [];
  const owners = new Map<string, string>();
  for (const runId of await recordedRuns(state)) {
    const record = await readRunRecord(join(state.runs, runId));
    if (record !== null) owners.set(runId, record.owner);
    else if (await isStale(join(state.runs, runId))) dead.push(runId);
  }
  const lists = await Promise.all([podman.list('container', runLabel), podman.list('volume', runLabel)]);
  for (const thing of lists.flat()) owners.set(thing.runId, thing.owner);
  for (const [runId, text] of owners) {
    const owner = parseOwner(text);
    if (runIdPattern.test(runId) && owner !== null && (await livenessOf(owner)) === 'dead') dead.push(runId);
  }
  return dead;
}

/** A folder that a kill left before its record was written. */
async function isStale(folder: string): Promise<boolean> {
  const entry = await stat(folder).catch(() => null);
  return entry !== null && Date.now() - entry.mtimeMs > 10 * 60_000;
}

async function recordedRuns(state: StateDirectories): Promise<string[]> {
  const names = await readdir(state.runs).catch(() => []);
  return names.filter((name) => runIdPattern.test(name));
}

async function operation(name: CleanupOperation['operation'], work: () => Promise<number>): Promise<CleanupOperation> {
  try {
    return { operation: name, success: true, itemsProcessed: await work(), error: null };
  } catch (error) {
    return { operation: name, success: false, itemsProcessed: 0, error: messageOf(error) };
  }
}

async function removeAll(podman: Podman, kind: Kind, runId: string, recorded: readonly string[]): Promise<number> {
  const filter = `${runLabel}=${runId}`;
  const found = (await podman.list(kind, filter)).map((thing) => thing.name);
  // Podman labels what it makes as it makes it, but for a volume that it makes by itself: those the ledger names.
  const names = [...new Set([...found, ...recorded])];
  if (names.length === 0) return 0;
  let removal = await podman.remove(kind, names);
  if (removal.ok) return found.length;
  let left = await podman.list(kind, filter);
  if (left.length > 0) {
    // A container whose monitor has died is removed by the second try.
    removal = await podman.remove(
      kind,
      left.map((thing) => thing.name),
    );
    left = await podman.list(kind, filter);
  }
  if (left.length > 0) {
    const lastLine = removal.stderr.trim().split('\n').at(-1) ?? '';
    throw new Error(`${left.length} of ${found.length} could not be removed: ${lastLine}`);
  }
  return found.length;
}

async function removeTags(podman: Podman, runId: string, recorded: readonly string[]): Promise<number> {
  let removed = 0;
  for (const tag of new Set([baseImageTag(runId), ...recorded])) if (await podman.removeImage(tag)) removed++;
  return removed;
}

function sumOf(operations: readonly CleanupOperation[]): number {
  return operations.reduce((sum, done) => sum + done.itemsProcessed, 0);
}

/**
 * Commands that write to the image store, and how long they are waited for: killed in the middle, they break it for
 * everything of this user. An import is local work of a fraction of a second, which only a starved machine makes long; a
 * pull may hang on its registry.
 */
const storeWriters = new Map([
  ['import', 20_000],
  ['pull', 10_000],
  ['build', 10_000],
]);

/**
 * Waits for them to end. What builds run is ended, and then they give up in good order. @returns how many there were.
 */
async function waitForWriters(runId: string, builds: readonly string[]): Promise<number> {
  const began = performance.now();
  const writing = async () => {
    const patience = (await processesOf(runId)).flatMap((each) => storeWriters.get(each.arguments[1] ?? '') ?? []);
    return patience.filter((ms) => performance.now() - began < ms).length;
  };
  const found = await writing();
  while ((await writing()) > 0) {
    await endBuilds(builds);
    await sleep(50);
  }
  return found;
}

/** Ends what the run started on the host and that outlived it: podman's clients, and conmon where one hangs. */
async function endProcesses(runId: string, which: (process: RunProcess) => boolean): Promise<number> {
  let ended = 0;
  for (const { pid } of (await processesOf(runId)).filter(which)) {
    try {
      process.kill(pid, 'SIGKILL');
      ended++;
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return ended;
}

interface RunProcess {
  readonly pid: number;
  readonly arguments: readonly string[];
}

/** Podman's own, but not conmon, without which a container cannot be stopped, nor what conmon starts at its end. */
function isClient({ arguments: [program = '', command = ''] }: RunProcess): boolean {
  return basename(program) === 'podman' && command !== 'container' && !program.startsWith('/proc/');
}

async function processesOf(runId: string): Promise<RunProcess[]> {
  const marker = `${runVariable}=${runId}`;
  const spared = new Set([process.pid, await pausePid()]);
  const found: RunProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name) || spared.has(Number(name))) continue;
    // Other users' environments cannot be read, and are not ours.
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const each = { pid: Number(name), arguments: commandLine.split('\0') };
    if (environment.split('\0').includes(marker) || isMonitorOf(each, runId)) found.push(each);
  }
  return found;
}

/**
 * Podman gives conmon and the runtime an environment of its own; the name of the container stands in their arguments.
 * Where the client is killed between creating a container and starting it, both wait for ever, and outlive its removal.
 */
function isMonitorOf({ arguments: [program = '', ...args] }: RunProcess, runId: string): boolean {
  return /^(conmon|crun|runc)$/u.test(basename(program)) && args.some((word) => word.includes(`${runId}-`));
}

/**
 * Podman's pause process holds the user namespace that all of a user's containers share. It was started by whichever
 * podman came first, and so may bear our mark; other runs need it.
 */
async function pausePid(): Promise<number> {
  const file = join(process.env['XDG_RUNTIME_DIR'] ?? '', 'libpod', 'tmp', 'pause.pid');
  return Number(await readFile(file, 'utf8').catch(() => '0'));
}

async function removeState(state: StateDirectories, runId: string): Promise<number> {
  const reservations = await readdir(state.uids).catch(() => []);
  const released = await releaseUidBlocks(state.uids, runId, reservations);
  let removed = 0;
  for (const directory of [join(state.runtime, runId), join(state.runs, runId)]) {
    await removeFolder(directory);
    removed++;
  }
  return removed + released;
}

/** A container may have left files of sub-ids behind, which only its own user namespace can remove. */
async function removeFolder(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    const result = await runCommand('podman', ['unshare', 'rm', '-rf', '--one-file-system', '--', directory], {
      deadlineMs: 30_000,
    });
    if (!result.ok) throw new Error(`${directory} could not be removed: ${result.stderr.trim()}`);
  }
}
