import { declaredIn } from '../declaration.ts';
import type { ManifestFile } from '../declaration.ts';
import type { DeclaredIn } from '../model.ts';
import { folderOf } from '../paths.ts';
import { readJson } from '../structured.ts';
import type { Structured } from '../structured.ts';
import { at, entriesOf, fieldsOf, itemsOf, proseOf, textOf, textsOf } from '../values.ts';
import type { Fields } from '../values.ts';

export interface NpmManifest {
  readonly path: string;
  readonly folder: string;
  readonly by: DeclaredIn;
  readonly name: string | null;
  readonly version: string | null;
  readonly mcpName: string | null;
  readonly private: boolean;
  readonly workspaceRoot: boolean;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly bins: readonly { readonly name: string; readonly file: string; readonly by: DeclaredIn }[];
  /** What `npm start` runs, and where it says so. */
  readonly start: { readonly script: string; readonly by: DeclaredIn } | null;
  /** `main`, and what `exports` and `module` lead to. */
  readonly mains: readonly { readonly file: string; readonly by: DeclaredIn }[];
  /** Texts of all scripts, for the files that they name. */
  readonly scripts: readonly string[];
  readonly dependencies: ReadonlySet<string>;
}

/** Reads `package.json`: what it can be started by. @returns the sentence why not, where it cannot be read */
export function readPackageJson(file: ManifestFile): NpmManifest | string {
  const read = readJson(file.text);
  if ('problem' in read) return `it is ${read.problem}`;
  const root = fieldsOf(read.value);
  if (root === null) return 'it holds no package';
  const by = (...path: readonly string[]) => declaredIn('package.json', file.path, read, path);
  const name = textOf(root['name']);
  const start = textOf(at(root, 'scripts', 'start:stdio')) === null ? 'start' : 'start:stdio';
  const script = textOf(at(root, 'scripts', start));
  return {
    path: file.path,
    folder: folderOf(file.path),
    by: by(textOf(root['mcpName']) === null ? 'name' : 'mcpName'),
    name,
    version: textOf(root['version']),
    mcpName: textOf(root['mcpName']),
    private: root['private'] === true,
    workspaceRoot: root['workspaces'] !== undefined,
    description: proseOf(root['description']) ?? '',
    keywords: textsOf(root['keywords']),
    bins: binsOf(root, name, file.path, read),
    start: script === null ? null : { script, by: by('scripts', start) },
    mains: mainsOf(root).map(([key, path]) => ({ file: path, by: by(key) })),
    scripts: entriesOf(root['scripts']).map(([, text]) => textOf(text) ?? ''),
    dependencies: new Set(dependencyFields.flatMap((key) => entriesOf(root[key]).map(([one]) => one))),
  };
}

const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

function binsOf(root: Fields, name: string | null, path: string, document: Structured): NpmManifest['bins'] {
  const only = textOf(root['bin']);
  const all: (readonly [string, unknown, readonly string[]])[] =
    only !== null && name !== null
      ? [[unscoped(name), only, ['bin']]]
      : entriesOf(root['bin']).map(([key, file]) => [key, file, ['bin', key]]);
  return all.flatMap(([bin, given, keys]) => {
    const file = textOf(given)?.replace(/^(?:\.\/)+/, '') ?? '';
    if (file === '' || !/^[@\w][\w.@/-]*$/.test(bin)) return [];
    return [{ name: unscoped(bin), file, by: declaredIn('package.json', path, document, keys) }];
  });
}

function mainsOf(root: Fields): [string, string][] {
  const exported = root['exports'];
  const first = textOf(exported) ?? textOf(at(exported, '.')) ?? deepest(at(exported, '.') ?? exported, 0);
  const source = textOf(at(exported, '.', 'source')) ?? textOf(root['source']);
  const all: [string, string | null][] = [
    ['main', textOf(root['main'])],
    ['module', textOf(root['module'])],
    ['exports', first],
    ['source', source],
  ];
  return all.flatMap(([key, file]) => (file === null ? [] : [[key, file.replace(/^(?:\.\/)+/, '')]]));
}

function deepest(value: unknown, depth: number): string | null {
  const own = textOf(value);
  if (own !== null) return own;
  if (depth > 4) return null;
  for (const key of ['import', 'node', 'default', 'require', 'types']) {
    const found = deepest(at(value, key), depth + 1);
    if (found !== null) return found;
  }
  return itemsOf(value).length > 0 ? deepest(itemsOf(value)[0], depth + 1) : null;
}

/** `@acme/mcp` is `mcp`. */
export function unscoped(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
