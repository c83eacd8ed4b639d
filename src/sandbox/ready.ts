import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyCheck } from '../config/model.ts';
import type { Bridge } from './bridge.ts';
import type { OutputLog } from './output-log.ts';

const everyMs = 100;
const answerWithinMs = 5000;

/** Settles when the check holds; goes on until `signal` aborts, after which it rejects or never settles. */
export async function untilReady(
  check: ReadyCheck,
  { bridge, log }: { readonly bridge: Bridge; readonly log: OutputLog },
  signal: AbortSignal,
): Promise<void> {
  if (check.kind === 'log') return lineWith(check.contains, log, signal);
  const holds = () =>
    check.kind === 'tcp' ? bridge.isOpen(check.port) : answersWell(bridge.socketOf(check.port), check.path);
  while (!(await holds())) await sleep(everyMs, undefined, { signal });
}

/** In a sentence: what is waited for in vain. */
export function describeCheck(check: ReadyCheck): string {
  if (check.kind === 'tcp') return `nobody listens on port ${check.port}`;
  if (check.kind === 'http') return `GET ${check.path} on port ${check.port} has no answer with 2xx`;
  return `no line of its output contains "${check.contains}"`;
}

function lineWith(wanted: string, log: OutputLog, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = log.watch((line) => {
      if (!line.includes(wanted)) return;
      stop();
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

async function answersWell(socketPath: string, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { socketPath, path, method: 'GET', headers: { host: 'localhost', connection: 'close' }, timeout: answerWithinMs },
      (answer) => {
        const status = answer.statusCode ?? 0;
        // Its body may have no end.
        outgoing.destroy();
        resolve(status >= 200 && status < 300);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', () => resolve(false));
    outgoing.on('close', () => resolve(false));
    outgoing.end();
  });
}
