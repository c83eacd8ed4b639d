import { splitArguments } from '../arguments.ts';
import { declaredIn, nothing, saying } from '../declaration.ts';
import type { ManifestFile, Reading, Reference, Transport } from '../declaration.ts';
import type { DiscoveryFinding, ManifestFormat, WantedVariable } from '../model.ts';
import { baseOf, folderOf, within } from '../paths.ts';
import { isLiteralSecret, isPlaceholder, isSecretName } from '../secrets.ts';
import { readJson, readToml } from '../structured.ts';
import type { Structured, ValuePath } from '../structured.ts';
import { at, entriesOf, fieldsOf, textOf, textsOf } from '../values.ts';
import type { Fields } from '../values.ts';
import { literalSecret } from './literal-secret.ts';

/** Keys under which clients keep their servers. */
const holders: readonly ValuePath[] = [
  ['mcpServers'],
  ['context_servers'],
  ['mcp', 'servers'],
  ['mcp_servers'],
  ['servers'],
  ['mcp'],
];
/** Folders of editors and agents lie beside what they are about. */
const editorFolder = /(?:^|\/)\.[\w-]+(?:\/settings)?$/;

/** Reads the configuration of any client: each entry points at a server, and makes none. */
export function readClientConfiguration(file: ManifestFile): Reading {
  const read = file.path.endsWith('.toml') ? readToml(file.text) : readJson(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const found = readReferences(file.path, read, 'client configuration');
  const exact = /^\.?mcp\.json$/.test(baseOf(file.path));
  if (found !== null || !exact) return found ?? nothing;
  return { ...nothing, why: 'it has the name of a client configuration, and holds something else' };
}

/** @returns what the entries of a configuration point at; null where the document is none */
export function readReferences(path: string, document: Structured, format: ManifestFormat): Reading | null {
  const root = fieldsOf(document.value);
  const holder = root === null ? null : holderOf(root);
  if (holder === null) return null;
  const findings: DiscoveryFinding[] = [];
  const declarations = entriesOf(at(root, ...holder.map(String))).flatMap(([name, value]) => {
    const entry = fieldsOf(value);
    if (entry === null || !isEntry(entry)) return [];
    findings.push(...secretsOf(path, document, [...holder, name], entry));
    return [referenceOf(path, document, format, [...holder, name], entry)];
  });
  return declarations.length === 0 ? null : { declarations, findings, why: null };
}

function holderOf(root: Fields): ValuePath | null {
  const named = holders.find((keys) =>
    entriesOf(at(root, ...keys.map(String))).some(([, value]) => isEntry(fieldsOf(value))),
  );
  if (named !== undefined) return named;
  const all = Object.values(root);
  return all.length > 0 && all.every((value) => isEntry(fieldsOf(value))) ? [] : null;
}

function isEntry(fields: Fields | null): boolean {
  if (fields === null) return false;
  const command = fields['command'];
  const words = Array.isArray(command)
    ? textsOf(command).length > 0
    : textOf(command) !== null || textOf(at(command, 'path')) !== null;
  return words || urlOf(fields) !== null;
}

function urlOf(fields: Fields): string | null {
  const url = textOf(fields['httpUrl']) ?? textOf(fields['url']) ?? textOf(fields['serverUrl']);
  return url !== null && /^https?:\/\/|^\$\{?\w/.test(url) ? url : null;
}

function referenceOf(
  path: string,
  document: Structured,
  format: ManifestFormat,
  keys: ValuePath,
  entry: Fields,
): Reference {
  const words = commandOf(entry).map(withoutRoot);
  const url = words.length === 0 ? urlOf(entry) : null;
  // Editors start what their configuration names at the root of the project, not in their own folder.
  const base = folderOf(path).replace(editorFolder, '') || '.';
  const given = textOf(entry['cwd']);
  const split = splitArguments(words);
  return {
    ...saying(declaredIn(format, path, document, keys)),
    kind: 'reference',
    name: textOf(keys.at(-1)),
    command: url === null ? words : null,
    cwd: within(base, given === null ? '.' : withoutRoot(given)),
    remotes: url === null ? [] : [url],
    wants: split.wants,
    env: entriesOf(entry['env'] ?? entry['environment']).map(([name, value]) => variableOf(name, textOf(value))),
    transports: url === null ? ['stdio'] : transportOf(entry),
  };
}

function transportOf(entry: Fields): Transport[] {
  return entry['type'] === 'sse' ? ['sse'] : ['streamable-http'];
}

function commandOf(entry: Fields): readonly string[] {
  const command = entry['command'];
  if (Array.isArray(command)) return textsOf(command);
  const program = textOf(command) ?? textOf(at(command, 'path'));
  const args = entry['args'] ?? at(command, 'args');
  return program === null ? [] : [...program.split(/\s+/), ...textsOf(args)];
}

/** Names that clients give the folder of the project or plugin. */
function withoutRoot(word: string): string {
  const root = /^\$\{(?:\w+_PLUGIN_ROOT|extensionPath|workspaceFolder|workspaceRoot|__dirname|PWD)\}[/\\]*/;
  return word.replaceAll('${/}', '/').replace(root, './');
}

function variableOf(name: string, value: string | null): WantedVariable {
  const secret = isSecretName(name);
  const plain = secret || value === null || isPlaceholder(value) || isLiteralSecret(name, value) ? null : value;
  return { name, required: false, secret, description: null, value: plain };
}

function secretsOf(path: string, document: Structured, keys: ValuePath, entry: Fields): DiscoveryFinding[] {
  const found = ['env', 'environment', 'headers'].flatMap((key) =>
    entriesOf(entry[key]).flatMap(([name, value]) => {
      const text = textOf(value);
      if (text === null || !isLiteralSecret(name, text)) return [];
      return [literalSecret({ file: path, ...document.position([...keys, key, name]) }, name)];
    }),
  );
  const words = commandOf(entry);
  const inWords = words.flatMap((word, index) => {
    const [, flag = words[index - 1] ?? '', text = word] = /^(-[\w-]+)=(.+)$/.exec(word) ?? [];
    if (!isLiteralSecret(flag.replace(/^-+/, ''), text)) return [];
    return [
      literalSecret({ file: path, ...document.position([...keys, 'args']) }, flag.startsWith('-') ? flag : 'args'),
    ];
  });
  return [...found, ...inWords];
}
