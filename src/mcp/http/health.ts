import { setTimeout as delay } from 'node:timers/promises';
import { longestTimer } from '../limited.ts';
import type { HealthCheck } from '../model.ts';
import { showMs } from '../text.ts';
import { discard, type HttpClient } from './client.ts';
import { failure, type HttpFailure } from './failure.ts';

/** Asks for the health once. @returns null where it is well. Never rejects. */
export async function askForHealth(
  client: HttpClient,
  path: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpFailure | null> {
  const limit = AbortSignal.timeout(Math.min(Math.max(1, Math.ceil(timeoutMs)), longestTimer));
  const asked = `the health check GET ${client.secrets.quotable(path.split('?', 1)[0] ?? '', 100)}`;
  const response = await client.request({
    method: 'GET',
    asked,
    headers: { accept: '*/*' },
    signal: AbortSignal.any([limit, signal]),
    path,
  });
  if (limit.aborted && !signal.aborted) {
    return failure(
      'lost',
      `The server did not answer ${asked} within ${showMs(timeoutMs)}`,
      'check whether it is well',
    );
  }
  if ('kind' in response) return response;
  if (response.status < 200 || response.status >= 300) return client.failureOf(response, asked);
  await discard(response);
  return null;
}

/**
 * Asks again every interval until the server is well or `deadline` has passed.
 * @param deadline as `performance.now()` counts
 * @returns null where it is well; what was found last where it is not
 */
export async function untilHealthy(
  client: HttpClient,
  { path, intervalMs, timeoutMs }: HealthCheck & { readonly path: string },
  deadline: number,
  signal: AbortSignal,
): Promise<HttpFailure | null> {
  for (;;) {
    const left = deadline - performance.now();
    const problem = await askForHealth(client, path, Math.min(timeoutMs, left), signal);
    if (problem === null || signal.aborted || problem.kind === 'auth') return problem;
    const wait = problem.notYet ? Math.min(intervalMs, 250) : intervalMs;
    if (performance.now() + wait >= deadline) {
      return failure('unreachable', problem.found, 'no session is opened before it is well');
    }
    await delay(wait, undefined, { signal }).catch(() => {});
  }
}
