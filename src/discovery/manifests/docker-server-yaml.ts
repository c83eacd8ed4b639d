import { splitArguments } from '../arguments.ts';
import { declaredIn, nothing, saying } from '../declaration.ts';
import type { Listed, ManifestFile, Reading, Transport } from '../declaration.ts';
import type { WantedVariable } from '../model.ts';
import { publishedAs } from '../packages.ts';
import { isPlaceholder, isSecretName } from '../secrets.ts';
import { readYaml } from '../structured.ts';
import { at, entriesOf, fieldsOf, itemsOf, proseOf, textOf, textsOf } from '../values.ts';
import type { Fields } from '../values.ts';

/** Reads an entry of a catalogue as Docker keeps it: an image or a remote server. */
export function readDockerServerYaml(file: ManifestFile): Reading {
  const read = readYaml(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const root = fieldsOf(read.value);
  const type = textOf(root?.['type']);
  const name = textOf(root?.['name']);
  if (root === null || name === null || (type !== 'server' && type !== 'remote' && type !== 'poci')) return nothing;
  if (type === 'poci') return { ...nothing, why: 'its tools are containers of their own (`poci`): there is no server' };
  const image = textOf(root['image']);
  const url = textOf(at(root, 'remote', 'url'));
  if (type === 'server' ? image === null : url === null) {
    return { ...nothing, why: 'it names neither an image nor where the server runs' };
  }
  const run = splitArguments(textsOf(at(root, 'run', 'command')));
  const declaration: Listed = {
    ...saying(declaredIn('docker server.yaml', file.path, read, [type === 'remote' ? 'remote' : 'image'])),
    kind: 'listed',
    language: 'other',
    name,
    packages: image === null ? [] : [publishedAs('oci', image, null)],
    remotes: url === null ? [] : [url],
    args: run.fixed,
    wants: run.wants,
    env: variablesOf(root),
    transports: url === null ? ['stdio'] : transportOf(textOf(at(root, 'remote', 'transport_type'))),
  };
  return { declarations: [declaration], findings: [], why: null };
}

function transportOf(type: string | null): Transport[] {
  return type === 'sse' ? ['sse'] : ['streamable-http'];
}

function variablesOf(root: Fields): WantedVariable[] {
  const wanted = (item: unknown, secret: boolean): WantedVariable[] => {
    const name = textOf(at(item, secret ? 'env' : 'name'));
    if (name === null) return [];
    const text = textOf(at(item, 'value'));
    const hidden = secret || isSecretName(name);
    return [
      {
        name,
        required: at(item, 'required') === true || (secret && at(item, 'required') !== false),
        secret: hidden,
        description: proseOf(at(item, 'description')),
        value: hidden || text === null || isPlaceholder(text) ? null : text,
      },
    ];
  };
  const plain = entriesOf(at(root, 'run', 'env')).map(([name, value]) => ({ name, value }));
  return [
    ...itemsOf(at(root, 'config', 'secrets')).flatMap((item) => wanted(item, true)),
    ...itemsOf(at(root, 'config', 'env')).flatMap((item) => wanted(item, false)),
    ...plain.flatMap((item) => wanted(item, false)),
  ];
}
