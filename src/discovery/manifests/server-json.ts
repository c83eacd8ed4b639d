import { declaredIn, nothing, saying } from '../declaration.ts';
import type { ManifestFile, Reading, Registered, Transport } from '../declaration.ts';
import type { DeclaredIn, PublishedAs } from '../model.ts';
import { isVersionPlaceholder, publishedAs, registryOf } from '../packages.ts';
import { readJson } from '../structured.ts';
import { at, fieldsOf, itemsOf, textOf } from '../values.ts';
import type { Fields } from '../values.ts';
import { serverJsonFindings } from './server-json-findings.ts';
import { argumentsOf, either, strayWords, variablesOf } from './server-json-inputs.ts';

const format = 'server.json';
const schema = /modelcontextprotocol\.io\/schemas\/[\w-]+\/server\.schema\.json/;
const registryName = /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/;

/** Reads the registry's `server.json`, of any version of its schema. A file of that name may be anything else. */
export function readServerJson(file: ManifestFile): Reading {
  const read = readJson(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const root = fieldsOf(read.value);
  if (root === null || !isServerJson(root)) {
    return { ...nothing, why: 'it has the name of a declaration for the MCP registry, and holds something else' };
  }
  const key = itemsOf(root['packages']).length > 0 ? 'packages' : 'remotes';
  const by = declaredIn(format, file.path, read, [key, 0]);
  const packages = itemsOf(root['packages'])
    .map(packageOf)
    .filter((item) => item !== null);
  const declaration = registered(root, by, packages);
  return { declarations: [declaration], findings: serverJsonFindings(root, file.path, read), why: null };
}

function isServerJson(root: Fields): boolean {
  if (schema.test(textOf(root['$schema']) ?? '')) return textOf(root['name']) !== null;
  const listed = itemsOf(root['packages']).concat(itemsOf(root['remotes']));
  return registryName.test(textOf(root['name']) ?? '') && listed.some((item) => fieldsOf(item) !== null);
}

interface Package {
  readonly published: PublishedAs;
  readonly fields: Fields;
}

function packageOf(value: unknown): Package | null {
  const fields = fieldsOf(value);
  if (fields === null) return null;
  const registry = registryOf(textOf(either(fields, 'registryType', 'registry_type', 'registry_name')) ?? '');
  const identifier = textOf(either(fields, 'identifier', 'name'));
  if (registry === null || identifier === null || (registry !== 'oci' && isVersionPlaceholder(identifier))) return null;
  return { fields, published: publishedAs(registry, identifier, textOf(fields['version'])) };
}

function registered(root: Fields, by: DeclaredIn, packages: readonly Package[]): Registered {
  const built = packages.find(({ published }) => published.registry !== 'oci' && published.registry !== 'mcpb');
  const main = built ?? packages[0];
  const identifier = built?.published.name ?? '';
  const remotes = itemsOf(root['remotes']);
  const given = argumentsOf(main?.fields['packageArguments'] ?? main?.fields['package_arguments']);
  return {
    ...saying(by),
    kind: 'registered',
    name: textOf(root['name'])?.split('/').at(-1) ?? null,
    registryName: registryName.test(textOf(root['name']) ?? '') ? textOf(root['name']) : null,
    version: textOf(root['version'] ?? at(root, 'version_detail', 'version')),
    packages: packages.map(({ published }) => published),
    remotes: remotes.map((remote) => textOf(at(remote, 'url'))).filter((url) => url !== null),
    args: built === undefined ? unnamedArguments(root) : [...strayWords(built.fields, identifier), ...given.fixed],
    wants: given.wants,
    env: main === undefined ? [] : variablesOf(main.fields),
    transports: [...packages.map(({ fields }) => fields), ...remotes].flatMap(transportOf),
  };
}

/** Of a package whose name is still a placeholder. */
function unnamedArguments(root: Fields): readonly string[] | null {
  const [first] = itemsOf(root['packages']).filter((item) =>
    isVersionPlaceholder(textOf(at(item, 'identifier')) ?? ''),
  );
  return first === undefined ? null : argumentsOf(at(first, 'packageArguments')).fixed;
}

function transportOf(value: unknown): Transport[] {
  const type =
    textOf(at(value, 'transport', 'type')) ?? textOf(at(value, 'type')) ?? textOf(at(value, 'transport_type'));
  if (type === 'stdio' || type === 'streamable-http' || type === 'sse') return [type];
  return type === 'streamable' || type === 'http' ? ['streamable-http'] : [];
}
