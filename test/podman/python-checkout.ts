import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Checkout } from '../../src/checkout/model.ts';
import { packFolder } from '../../src/checkout/pack.ts';
import type { FoundServer, Start } from '../../src/discovery/model.ts';

/** A checkout of these files, as of a commit. */
export function checkoutOf(files: Readonly<Record<string, string>>): Checkout {
  const root = mkdtempSync(join(tmpdir(), 'mcp-workflow-checkout-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    given: 'acme/greetings',
    commit: 'c0ffee'.padEnd(40, '0'),
    notes: [],
    files: Object.entries(files)
      .map(([path, text]) => ({ path, kind: 'file' as const, executable: false, size: text.length }))
      .sort((one, other) => (one.path < other.path ? -1 : 1)),
    text: async (path) => files[path] ?? null,
    pack: (folder, options) => packFolder(join(root, folder), options),
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A server of Python that discovery found. */
export function found(run: Extract<Start, { kind: 'python' }>['run'], folder = '.', args: readonly string[] = []) {
  const server: FoundServer = {
    name: 'greeting',
    folder,
    language: 'python',
    start: { kind: 'python', run, args },
    command: [],
    registryName: null,
    publishedAs: [],
    env: [],
    wants: [],
    transports: ['stdio'],
    remotes: [],
    needsBuild: false,
    declaredIn: [],
  };
  return server;
}
