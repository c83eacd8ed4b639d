import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
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

/** What a text has the mark `▸` before, as `line:column`, and the text without it. */
export function marked(text: string): { readonly text: string; readonly place: string } {
  const before = text.slice(0, text.indexOf('▸')).split('\n');
  return { text: text.replace('▸', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

/** The problems of a configuration, each as its place and its sentence. */
export async function problemsOf(text: string, more: Readonly<Record<string, string>> = {}) {
  const lines = problemLines(await load(workspaceWith({ [configFile]: text, 'folder/file.txt': 'x', ...more })));
  return lines.map((line) => {
    const [place = '', message = ''] = line.replace(`${configFile}:`, '').split(/ (.*)/s);
    return { place, message };
  });
}

/** What a table expects: one problem, at `place`, with all of `words`. */
export function one(place: string, words: readonly string[]) {
  const pattern = new RegExp(
    words.map((word) => `(?=[^]*${word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)})`).join(''),
  );
  return [{ place, message: expect.stringMatching(pattern) }];
}
