import type { Era } from './era.ts';
import type { OpenResult, Reach, SessionOptions } from './model.ts';
import { liveSession } from './session.ts';
import { giveUp, type Refusal, type Started, tryEra } from './start-try.ts';
import { readSurface } from './surface.ts';

/**
 * Starts or reaches a server, shakes hands and lists what it offers. `startTimeoutMs` bounds each try to shake hands,
 * and once more all lists together. Where `initialize` is refused as of another era, that instance is ended and another
 * one is spoken to in the modern era: one era a process, since servers settle for the one that they hear first. Never
 * rejects: a start that ends in no session is told by its outcome with one sentence of advice, and its process has
 * been ended.
 */
export async function openSession(reach: Reach, options: SessionOptions): Promise<OpenResult> {
  const { protocol = 'auto' } = options;
  const eras: readonly Era[] = protocol === 'auto' ? ['legacy', 'modern'] : [protocol];
  const refusals: Refusal[] = [];
  for (const era of eras) {
    const startedAt = performance.now();
    const tried = await tryEra(reach, era, options);
    const came = tried.ok ? await list(tried, reach, options, startedAt, refusals) : tried;
    if ('session' in came) return came;
    refusals.push(came);
    if (came.otherEra !== 'possible') break;
  }
  return refused(refusals);
}

async function list(
  started: Started,
  reach: Reach,
  options: SessionOptions,
  startedAt: number,
  refusals: readonly Refusal[],
): Promise<Refusal | Extract<OpenResult, { ok: true }>> {
  const { connection, protocol, startMs } = started;
  const reading = await readSurface(connection.peer, protocol, options.startTimeoutMs);
  const listMs = performance.now() - startedAt - startMs;
  connection.peer.notes.listsWereRead();
  if (connection.aborted || !connection.alive) return giveUp(connection, { reach, era: protocol.era, startedAt });
  const all = { ...reading, findings: [...started.findings, ...reading.findings] };
  const attempts = [...refusals.flatMap(({ startup }) => startup.attempts), { durationMs: startMs, error: null }];
  const health = reach.kind === 'http' ? reach.endpoint.health : null;
  const session = liveSession(started, { reading: all, timings: { startMs, listMs }, health, signal: options.signal });
  return { ok: true, session, attempts };
}

/** Of two tries, the one that says more: the second only where the server does speak that era. */
function refused(refusals: readonly Refusal[]): OpenResult {
  const telling = refusals.findLast(({ otherEra }, index) => index === 0 || otherEra === 'spoken') ?? refusals[0];
  if (telling === undefined) throw new Error('No era was tried.');
  const attempts = refusals.flatMap(({ startup }) => startup.attempts);
  return { ok: false, startup: { ...telling.startup, attempts }, findings: telling.findings };
}
