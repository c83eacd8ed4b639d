import {
  Client,
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import type { PipedProcess } from '../../src/process/piped.ts';
import { timed } from './measure.ts';

/** The SDK's own framing over a given process, without any of our precautions. */
export class BareTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #process: PipedProcess;
  readonly #buffer = new ReadBuffer();

  constructor(process: PipedProcess) {
    this.#process = process;
  }

  async start(): Promise<void> {
    this.#process.stderr.resume();
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        this.onmessage?.(message);
      }
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#process.stdin.write(serializeMessage(message));
  }

  async close(): Promise<void> {}
}

/**
 * What anybody would write: the SDK's client, one call after another.
 * @returns milliseconds from the start of the process to its end, and of the calls alone
 */
export async function bareCalls(start: () => PipedProcess, count: number): Promise<{ total: number; calls: number }> {
  const started = performance.now();
  const server = start();
  const client = new Client({ name: 'bare', version: '0' });
  await client.connect(new BareTransport(server));
  await client.listTools();
  const [calls] = await timed(async () => {
    for (let n = 0; n < count; n++) await client.callTool({ name: 'get-sum', arguments: { a: n, b: 1 } });
  });
  await client.close();
  server.stdin.end();
  await server.exited;
  return { total: performance.now() - started, calls };
}
