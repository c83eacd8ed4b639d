import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { readInputs } from '../../src/config/inputs.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { LoadedConfig } from '../../src/config/load.ts';

/** A workspace with these files (relative path to text); a path that ends in `/` is an empty folder. */
export function workspaceWith(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'workspace-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(file, text);
  }
  return folder;
}

/** Loads with raw inputs, as the action would; `environment` is the step's. */
export async function load(
  workspace: string,
  raw: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<LoadedConfig> {
  const read = readInputs(raw);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return loadConfig(read.inputs, { workspace, secretValue: (name) => environment[name] });
}

/** `line:column message` of each problem; `-` where there is no place. */
export function problemLines(loaded: LoadedConfig): string[] {
  if (loaded.ok) return [];
  return loaded.problems.map(({ message, location }) => {
    const place = location === null ? '-' : `${location.file}:${location.line}:${location.column}`;
    return `${place} ${message}`;
  });
}

/** The loaded configuration; fails the test with the problems where there are any. */
export function loadedOf(loaded: LoadedConfig): LoadedConfig & { ok: true } {
  if (!loaded.ok) throw new Error(problemLines(loaded).join('\n'));
  return loaded;
}

export const configFile = '.github/mcp-workflow.yml';
