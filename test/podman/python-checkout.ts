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
    writeFileSync(join(root, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
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
  return foundAs({ kind: 'python', run, args }, 'python', folder);
}

/** A server that discovery found. */
export function foundAs(start: Start, language: FoundServer['language'], folder = '.'): FoundServer {
  return {
    name: 'greeting',
    folder,
    language,
    start,
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
}
