import { declaredIn, finding } from '../declaration.ts';
import type { ManifestFile } from '../declaration.ts';
import type { DeclaredIn, DiscoveryFinding } from '../model.ts';
import { folderOf, within } from '../paths.ts';
import { readToml } from '../structured.ts';
import type { Structured } from '../structured.ts';
import { at, entriesOf, fieldsOf, itemsOf, proseOf, textOf, textsOf } from '../values.ts';
import type { Fields } from '../values.ts';

export interface PythonManifest {
  readonly path: string;
  readonly folder: string;
  readonly by: DeclaredIn;
  readonly name: string | null;
  readonly version: string | null;
  readonly description: string;
  readonly keywords: readonly string[];
  /** `name = "module:function"` */
  readonly scripts: readonly { readonly name: string; readonly module: string; readonly by: DeclaredIn }[];
  /** Folders in which its modules lie, relative to the root of the repository. */
  readonly roots: readonly string[];
  readonly dependencies: ReadonlySet<string>;
  readonly findings: readonly DiscoveryFinding[];
}

/** Reads `pyproject.toml` (also Poetry's). @returns the sentence why not, where it declares no project */
export function readPyproject(file: ManifestFile): PythonManifest | string {
  const read = readToml(file.text);
  if ('problem' in read) return `it is ${read.problem}`;
  const root = fieldsOf(read.value);
  const project = fieldsOf(at(root, 'project')) ?? fieldsOf(at(root, 'tool', 'poetry'));
  if (root === null || project === null) return 'it holds settings of tools, and no project';
  const keys = root['project'] === undefined ? ['tool', 'poetry'] : ['project'];
  const folder = folderOf(file.path);
  return {
    path: file.path,
    folder,
    by: declaredIn('pyproject.toml', file.path, read, [...keys, 'name']),
    name: textOf(project['name']),
    version: textOf(project['version']),
    description: proseOf(project['description']) ?? '',
    keywords: textsOf(project['keywords']),
    scripts: scriptsOf(root, file.path, read),
    roots: rootsOf(root, folder),
    dependencies: dependenciesOf(root, project),
    findings: placeholderScripts(root, file.path, read),
  };
}

const scriptTables: readonly (readonly string[])[] = [
  ['project', 'scripts'],
  ['tool', 'poetry', 'scripts'],
];

function scriptsOf(root: Fields, path: string, document: Structured): PythonManifest['scripts'] {
  return scriptTables.flatMap((table) =>
    entriesOf(at(root, ...table)).flatMap(([name, value]) => {
      const target = textOf(value) ?? textOf(at(value, 'callable')) ?? textOf(at(value, 'reference'));
      const module = /^\s*([A-Za-z_][\w.]*)\s*(?::|$)/.exec(target ?? '')?.[1];
      if (module === undefined || !/^\w[\w.-]*$/.test(name)) return [];
      return [{ name, module, by: declaredIn('pyproject.toml', path, document, [...table, name]) }];
    }),
  );
}

function placeholderScripts(root: Fields, path: string, document: Structured): DiscoveryFinding[] {
  return scriptTables.flatMap((table) =>
    entriesOf(at(root, ...table)).flatMap(([name, value]) => {
      if (typeof value !== 'string' || /^\s*[A-Za-z_][\w.]*\s*(?::\s*[A-Za-z_][\w.]*\s*(?:\[.*\])?\s*)?$/.test(value))
        return [];
      const place = { file: path, ...document.position([...table, name]) };
      return [finding('manifest-script-invalid', 'low', place, 'A console script names no module and function.')];
    }),
  );
}

/** Where build back ends look for packages: beside the manifest, in `src`, or where they are told to. */
function rootsOf(root: Fields, folder: string): readonly string[] {
  const tools = at(root, 'tool');
  const told = [
    ...textsOf(at(tools, 'setuptools', 'packages', 'find', 'where')),
    ...entriesOf(at(tools, 'setuptools', 'package-dir')).flatMap(([key, value]) =>
      key === '' ? [textOf(value) ?? ''] : [],
    ),
    ...itemsOf(at(tools, 'poetry', 'packages')).map((item) => textOf(at(item, 'from')) ?? ''),
    ...itemsOf(at(tools, 'pdm', 'build', 'includes')).map((item) => folderOf(textOf(item) ?? '')),
    ...textsOf(at(tools, 'hatch', 'build', 'targets', 'wheel', 'packages')).map(folderOf),
    ...textsOf(at(tools, 'hatch', 'build', 'targets', 'wheel', 'sources')),
    textOf(at(tools, 'uv', 'build-backend', 'module-root')) ?? '',
  ];
  const folders = ['.', 'src', ...told].map((one) => within(folder, one)).filter((one) => one !== null);
  return [...new Set(folders)];
}

function dependenciesOf(root: Fields, project: Fields): ReadonlySet<string> {
  const texts = [
    ...textsOf(project['dependencies']),
    ...entriesOf(project['optional-dependencies']).flatMap(([, list]) => textsOf(list)),
    ...entriesOf(at(root, 'tool', 'poetry', 'dependencies')).map(([name]) => name),
  ];
  return new Set(texts.map((text) => (/^[\w.-]+/.exec(text)?.[0] ?? '').toLowerCase().replaceAll(/[._]/g, '-')));
}
