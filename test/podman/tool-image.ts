import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/process/run.ts';
import { cacheFolder } from './registry.ts';

/** An image made of the distribution's packages: made once, and kept beside the tests' other files. */
export interface ToolImage {
  readonly name: string;
  readonly packages: readonly string[];
  /** What its packages want and it can do without, as the beginnings of names. */
  readonly without: string;
}

/** @returns where its root file system lies; null where the distribution has none to make it of */
export function toolTar({ name, packages, without }: ToolImage): string | null {
  const tar = join(cacheFolder(), `${name}.tar`);
  if (existsSync(tar)) return tar;
  const script = fileURLToPath(new URL('./package-image', import.meta.url));
  try {
    execFileSync(script, [tar, without, ...packages], { stdio: 'ignore', timeout: 300_000 });
    return tar;
  } catch {
    return null;
  }
}

/** @param changes instructions of a Containerfile */
export async function importTar(tag: string, tar: string, changes: readonly string[] = []): Promise<void> {
  const args = ['import', '--quiet', ...changes.map((change) => `--change=${change}`), '-', tag];
  const made = await runCommand('podman', args, { deadlineMs: 300_000, input: createReadStream(tar) });
  if (!made.ok) throw new Error(made.stderr);
}
