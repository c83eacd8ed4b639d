import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from 'tar-stream';
import { expect } from 'vitest';
import type { GitFetchOptions } from '../../src/checkout/fetch-git.ts';
import type { Checkout } from '../../src/checkout/model.ts';
import type { PackedFolder } from '../../src/checkout/pack.ts';

/** Options for a fetch over HTTP on loopback into a new folder below `root`. */
export function fetchOptions(root: string, more: Partial<GitFetchOptions> = {}): GitFetchOptions {
  const folder = mkdtempSync(join(root, 'kept-'));
  const { signal } = new AbortController();
  return { folder, token: null, tokenHost: null, allowLocal: false, allowInsecure: true, signal, env: {}, ...more };
}

/** @returns the message of the error of that type which the promise must end in */
export async function messageOf(
  promise: Promise<unknown>,
  type: new (message?: string, options?: ErrorOptions) => Error,
): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  return (error as Error).message;
}

/** Reads a tar to its end. @returns a line for each entry: `file name mode owner content's hash`, `link name -> target` */
export async function entriesOf(packed: PackedFolder): Promise<string[]> {
  const lines: string[] = [];
  const reading = extract();
  reading.on('entry', (header, stream, next) => {
    const hash = createHash('sha256');
    stream.on('data', (chunk) => hash.update(chunk as Buffer));
    stream.on('end', () => {
      const { type, name, mode, uid, linkname } = header;
      if (type === 'symlink') lines.push(`link ${name} -> ${linkname}`);
      else if (type === 'directory') lines.push(`folder ${name}`);
      else lines.push(`${type} ${name} ${mode?.toString(8)} ${uid} ${hash.digest('hex').slice(0, 8)}`);
      next();
    });
  });
  await Promise.all([
    packed.digest,
    new Promise((resolve, reject) => {
      packed.tar.on('error', reject);
      reading.on('error', reject);
      reading.on('finish', () => resolve(null));
      packed.tar.pipe(reading);
    }),
  ]);
  return lines;
}

export const everything = { uid: 1234, leaveOut: () => false };

export function pathsOf(checkout: Checkout): string[] {
  return checkout.files.map(({ path }) => path);
}

/** @returns the beginning of a content's hash, as {@link entriesOf} shows it */
export function shortHash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}
