import { messageOf } from '../process/failure.ts';
import type { PipedProcess } from '../process/piped.ts';
import type { Line } from './connection.ts';
import type { Era } from './era.ts';
import { HttpClient } from './http/client.ts';
import { HttpWire } from './http/http-wire.ts';
import type { Reach, SessionOptions } from './model.ts';
import { OutputLog } from './output-log.ts';
import { StdioWire } from './stdio-wire.ts';

export type OpenedLine =
  | { readonly line: Line; /** The wire again, where it is HTTP. */ readonly http: HttpWire | null }
  | { readonly failed: string };

/** Starts the process where there is one to start. @returns `failed` with what was thrown where it could not be */
export function openLine(reach: Reach, era: Era, options: SessionOptions): OpenedLine {
  const client = reach.kind === 'stdio' ? null : attempt(() => new HttpClient(reach.endpoint));
  if (client !== null && 'failed' in client) return client;
  const process = reach.start === null ? null : attempt(reach.start);
  if (process !== null && 'failed' in process) return process;
  if (client !== null && reach.kind === 'http') {
    return httpLine(new HttpWire(client, reach.endpoint.url, era, process), process, options);
  }
  if (process === null) return { failed: 'there is no process' };
  const output = new OutputLog([process.stderr], options.onStderr);
  const { stopTimeoutMs } = options;
  return { line: { wire: new StdioWire(process), process, output, stopTimeoutMs }, http: null };
}

/** Its stdin means nothing to an HTTP server, so its end is not waited for when that is closed. */
function httpLine(wire: HttpWire, process: PipedProcess | null, { onStderr }: SessionOptions): OpenedLine {
  const output = process === null ? null : new OutputLog([process.stderr, process.stdout], onStderr);
  return { line: { wire, process, output, stopTimeoutMs: 0 }, http: wire };
}

function attempt<T extends object>(make: () => T): T | { readonly failed: string } {
  try {
    return make();
  } catch (error) {
    return { failed: messageOf(error) };
  }
}
