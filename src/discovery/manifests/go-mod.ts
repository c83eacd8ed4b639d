import type { ManifestFile } from '../declaration.ts';
import type { DeclaredIn } from '../model.ts';
import { folderOf } from '../paths.ts';

export interface GoManifest {
  readonly path: string;
  readonly folder: string;
  readonly by: DeclaredIn;
  readonly module: string;
}

/** Reads `go.mod`. @returns the sentence why not, where it names no module */
export function readGoMod(file: ManifestFile): GoManifest | string {
  const lines = file.text.split('\n', 5000);
  const line = lines.findIndex((one) => /^module\s/.test(one));
  const module = /^module\s+"?([\w./~-]+)"?/.exec(lines[line] ?? '')?.[1];
  if (module === undefined) return 'it names no module';
  const by: DeclaredIn = { format: 'go.mod', field: 'module', file: file.path, line: line + 1, column: 1 };
  return { path: file.path, folder: folderOf(file.path), by, module };
}
