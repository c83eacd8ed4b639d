import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { ServerResult, WorkflowResult } from '../../../src/result/model.ts';
import { WorkflowResult as Model } from '../../../src/result/model.ts';
import { importImage, testTag } from '../../podman/test-image.ts';
import { type FixtureCase, type FixtureServer, jobWith } from '../fixtures.ts';
import type { Job, Stage } from '../runner.ts';
import type { HostileServer } from './model.ts';

/** Hostile servers at a time; the healthy one is worked on beside them. */
const atATime = 3;

export interface HostileRun {
  readonly job: Job;
  readonly main: Stage;
  readonly result: WorkflowResult;
  /** Of the action's own process: the most bytes that it had in memory at once. */
  readonly peakBytes: number;
  server(name: string): ServerResult;
}

/** Seconds that a server gets where it says nothing else; against hangs only, since these machines are shared. */
const usual = { install: '240s', start: '60s', call: '60s', stop: '1s' };

/** A healthy server that is asked now and then, for as long as `pauses` of `pauseMs` last. */
const healthy: FixtureServer = { program: 'healthy', timeouts: usual };
const healthyCases = (pauses: number, pauseMs: number): FixtureCase[] =>
  Array.from({ length: pauses }, (_, index) => [
    { id: `waits-${index}`, server: 'healthy', tool: 'slow', args: { ms: pauseMs } },
    {
      id: `adds-${index}`,
      server: 'healthy',
      tool: 'add',
      args: { a: index, b: 3 },
      expect: { contains: String(index + 3), jsonPath: { '$.sum': index + 3 } },
    },
    { id: `fails-${index}`, server: 'healthy', tool: 'fail', expect: { isError: true, matches: 'did not work' } },
  ]).flat();

/** In a file of their own, so that they stand on the same lines whatever else is in the configuration. */
const asking = (pauses: number, pauseMs: number, cases: readonly FixtureCase[]) => ({
  files: { 'cases/healthy.yml': stringify(healthyCases(pauses, pauseMs)) },
  extra: { cases: [{ include: 'cases/healthy.yml' }, ...cases] },
});

export interface RunOptions {
  /** How often the healthy server waits for a second. */
  readonly pauses: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs them all in one run of the built action, three at a time, beside a healthy server. */
export async function runHostile(servers: readonly HostileServer[], options: RunOptions): Promise<HostileRun> {
  const configured: [string, FixtureServer][] = [['healthy', healthy]];
  for (const server of servers) configured.push([server.name, await configurationOf(server)]);
  const cases = servers.flatMap(({ name, cases: own = {} }) =>
    Object.entries(own).map(([id, each]) => ({ ...each, seen: undefined, id, server: name })),
  );
  const job = jobWith(Object.fromEntries(configured), [], {
    ...asking(options.pauses, 1000, cases),
    inputs: { concurrency: String(atATime + 1) },
    env: options.env ?? {},
  });
  for (const { from } of servers) if ('prepare' in from) from.prepare(job.workspace);
  return finished(job);
}

/** The healthy server by itself, without its pauses. */
export function runAlone({ pauses, env = {} }: RunOptions): Promise<HostileRun> {
  return finished(jobWith({ healthy }, [], { ...asking(pauses, 1, []), env }));
}

async function finished(job: Job): Promise<HostileRun> {
  const running = job.start();
  const peak = watchMemory(running.pid);
  const main = await running.done;
  const peakBytes = peak();
  const result = Model.parse(job.readResult());
  const server = (name: string) => {
    const found = result.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not in the result:\n${main.log}`);
    return found;
  };
  return { job, main, result, peakBytes, server };
}

/** The tag of an image that is made for a server, in this process. */
export const imageTag = ({ name }: HostileServer) => testTag(name);

async function configurationOf(server: HostileServer): Promise<FixtureServer> {
  const { from, configured = {} } = server;
  const rest = { ...configured, timeouts: timeoutsOf(server) };
  if ('program' in from) return { ...from, ...rest };
  if ('published' in from)
    return { program: '', command: undefined, source: `npm:${from.published.manifest.name}`, ...rest };
  if ('workspace' in from) return { program: '', command: undefined, source: from.workspace, ...rest };
  await importImage(imageTag(server), from.image, from.changes);
  return { program: '', command: undefined, source: `oci:${imageTag(server)}`, ...rest };
}

function timeoutsOf({ configured = {} }: HostileServer): Record<keyof typeof usual, string> {
  return { ...usual, ...(configured['timeouts'] as object | undefined) };
}

/** Seconds that a server may take by the limits it was given, when everything goes wrong that can. */
export function secondsAllowed(server: HostileServer): number {
  const limits = timeoutsOf(server);
  const of = (name: keyof typeof usual) => Number.parseFloat(limits[name]);
  const cases = Object.values(server.cases ?? {});
  const calls = cases.reduce(
    (sum, { timeout }) => sum + (timeout === undefined ? of('call') : Number.parseFloat(timeout)),
    0,
  );
  // An install fetches and runs scripts; a start shakes hands and lists, again for each case that ended the one before.
  const starts = 1 + cases.length;
  return ('program' in server.from ? 0 : 2 * of('install')) + calls + starts * (2 * of('start') + of('stop'));
}

/** The same for a run of them all. */
export function secondsInAll(servers: readonly HostileServer[]): number {
  return servers.reduce((sum, server) => sum + secondsAllowed(server), 0) / atATime + 20;
}

/** The kernel's own account of the most that a process had in memory, looked at until it has gone. */
function watchMemory(pid: number): () => number {
  let peak = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peak = Math.max(peak, 1024 * Number(/^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1] ?? 0));
    } catch {
      // It has gone.
    }
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    if (peak === 0) throw new Error('the memory of the action was never seen');
    return peak;
  };
}
