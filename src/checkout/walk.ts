import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What is made anew by every installation, and histories. */
const usuallyLeftOut = new Set(
  '.git .hg .svn node_modules .venv venv __pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache .DS_Store'.split(
    ' ',
  ),
);

/** @returns paths of everything below a folder that is no folder, at most one more than `max`. Links are not followed. */
export async function walk(root: string, max: number): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined && found.length <= max; folder = waiting.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (usuallyLeftOut.has(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      else found.push(path);
    }
  }
  return found.slice(0, max + 1);
}
