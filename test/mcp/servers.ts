import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import * as z from 'zod';
import type { CallOutcome, OpenResult, Reach, Session, SessionOptions, StartServer } from '../../src/mcp/model.ts';
import { openSession } from '../../src/mcp/open-session.ts';
import { startPiped } from '../../src/process/run.ts';

const marker = 'FIXTURE_RUN';

export interface Fixture {
  readonly start: StartServer;
  /** Ids of the processes that came from it and still run, at whatever depth. */
  leftovers(): Promise<number[]>;
}

/** @param file relative to test/servers, or a URL */
export function fixture(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Fixture {
  const run = randomUUID();
  const path = fileURLToPath(new URL(file, new URL('../servers/', import.meta.url)));
  return {
    start: () => startPiped(process.execPath, [path, ...args], { env: { ...env, [marker]: run } }),
    leftovers: () => processesWith(`${marker}=${run}`),
  };
}

export function options(more: Partial<SessionOptions> = {}): SessionOptions {
  return { startTimeoutMs: 20_000, stopTimeoutMs: 3000, signal: new AbortController().signal, ...more };
}

/** How a fixture is reached: over stdio where it does not say otherwise. */
export type Reached = Fixture & { readonly reach?: Reach };

/** Opens a session and closes it after the test, which then finds no process left. */
export async function open(server: Reached, more: Partial<SessionOptions> = {}): Promise<OpenResult> {
  const result = await openSession(server.reach ?? { kind: 'stdio', start: server.start }, options(more));
  onTestFinished(async () => {
    if (result.ok) await result.session.close();
    expect(await server.leftovers()).toEqual([]);
  });
  return result;
}

export async function openOk(server: Reached, more: Partial<SessionOptions> = {}): Promise<Session> {
  const result = await open(server, more);
  if (!result.ok) throw new Error(`${result.startup.outcome}: ${result.startup.advice}`);
  return result.session;
}

export async function openRefused(server: Reached, more: Partial<SessionOptions> = {}) {
  const result = await open(server, more);
  if (result.ok) throw new Error('The session was opened.');
  return result;
}

/** Calls a tool as a case does. */
export function callTool(
  session: Session,
  name: string,
  args: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<CallOutcome> {
  return session.request({ method: 'tools/call', params: { name, arguments: args } }, timeoutMs);
}

const TextResult = z.object({ result: z.object({ content: z.tuple([z.object({ text: z.string() })]) }) });

/** The text of a result that has one block of text. */
export function textOf(outcome: CallOutcome): string {
  return TextResult.parse(outcome).result.content[0].text;
}

/** Highest growth of our resident memory, in bytes, while `work` runs. */
export async function memoryGrowth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let highest = before;
  const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(highest, process.memoryUsage().rss) - before;
}

async function processesWith(entry: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    const state = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(entry) && !/\) Z /.test(state)) found.push(Number(name));
  }
  return found;
}
