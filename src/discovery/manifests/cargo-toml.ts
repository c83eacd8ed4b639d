import { declaredIn } from '../declaration.ts';
import type { ManifestFile } from '../declaration.ts';
import type { DeclaredIn } from '../model.ts';
import { folderOf } from '../paths.ts';
import { readToml } from '../structured.ts';
import { at, entriesOf, fieldsOf, itemsOf, proseOf, textOf } from '../values.ts';

export interface CargoManifest {
  readonly path: string;
  readonly folder: string;
  readonly by: DeclaredIn;
  /** null for the root of a workspace that is no package itself. */
  readonly name: string | null;
  readonly version: string | null;
  readonly description: string;
  readonly bins: readonly { readonly name: string; readonly path: string | null; readonly by: DeclaredIn }[];
  /** Other crates of the repository, by the name that sources use, with their folders as written. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Reads `Cargo.toml`. @returns the sentence why not, where it cannot be read */
export function readCargoToml(file: ManifestFile): CargoManifest | string {
  const read = readToml(file.text);
  if ('problem' in read) return `it is ${read.problem}`;
  const root = fieldsOf(read.value);
  const crate = fieldsOf(at(root, 'package'));
  const name = textOf(crate?.['name']);
  const valid = name !== null && /^[A-Za-z][\w-]*$/.test(name) ? name : null;
  const bins = itemsOf(root?.['bin']).flatMap((item, index) => {
    const bin = textOf(at(item, 'name'));
    if (bin === null || !/^\w[\w-]*$/.test(bin)) return [];
    return [
      {
        name: bin,
        path: textOf(at(item, 'path')),
        by: declaredIn('Cargo.toml', file.path, read, ['bin', index, 'name']),
      },
    ];
  });
  const tables = [['dependencies'], ['dev-dependencies'], ['workspace', 'dependencies']];
  const paths = tables.flatMap((keys) =>
    entriesOf(at(root, ...keys)).flatMap(([key, value]): [string, string][] => {
      const path = textOf(at(value, 'path'));
      return path === null ? [] : [[key.replaceAll('-', '_'), path]];
    }),
  );
  return {
    path: file.path,
    folder: folderOf(file.path),
    by: declaredIn('Cargo.toml', file.path, read, ['package', 'name']),
    name: valid,
    version: textOf(crate?.['version']),
    description: proseOf(crate?.['description']) ?? '',
    bins,
    paths: new Map(paths),
  };
}
