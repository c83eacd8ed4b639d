import { chmod } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';

/** Lets a gateway answer on a Unix socket. @param folder that is mounted into the container, and holds nothing else */
export async function listen(server: Server, folder: string, name: string): Promise<void> {
  const socket = join(folder, name);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  // The container's uid is neither owner nor group.
  await chmod(socket, 0o666);
}

/** With all that is under way. */
export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

/** What one install may take through its gateway. */
export class Allowance {
  readonly #maxBytes: number;
  #bytes = 0;
  /** More was asked for: the package's doing, not the registry's. */
  exceeded = false;

  /** @param maxBytes of all answers together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What passes by another way than a {@link counter}. */
  add(bytes: number): void {
    this.#bytes += bytes;
    this.exceeded ||= this.#bytes > this.#maxBytes;
  }

  /** For one answer: counts what passes, and breaks off where it is too much. */
  counter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.add(chunk.length);
        done(this.exceeded ? new Error('the install is larger than allowed') : null, chunk);
      },
    });
  }
}
