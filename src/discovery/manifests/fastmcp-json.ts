import { splitArguments } from '../arguments.ts';
import { declaredIn, nothing, saying } from '../declaration.ts';
import type { Composed, ManifestFile, Reading, Transport } from '../declaration.ts';
import { folderOf, within } from '../paths.ts';
import { isSecretName, isPlaceholder } from '../secrets.ts';
import { readJson } from '../structured.ts';
import { at, entriesOf, fieldsOf, textOf, textsOf } from '../values.ts';

/** Reads `fastmcp.json`: a source file with a server in it, and how FastMCP runs it. */
export function readFastmcpJson(file: ManifestFile): Reading {
  const read = readJson(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const root = fieldsOf(read.value);
  const given =
    textOf(at(root, 'source', 'path')) ?? textOf(at(root, 'entrypoint', 'file')) ?? textOf(root?.['entrypoint']);
  const [path = null, object = null] = given?.split(':') ?? [];
  const source = path === null ? null : within(folderOf(file.path), path);
  if (path === null || source === null || !source.endsWith('.py')) {
    return { ...nothing, why: 'it names no file of this repository with a server in it' };
  }
  const entrypoint = textOf(at(root, 'source', 'entrypoint')) ?? textOf(at(root, 'entrypoint', 'object')) ?? object;
  const deployment = at(root, 'deployment');
  const args = splitArguments(textsOf(at(deployment, 'args')));
  const declaration: Composed = {
    ...saying(declaredIn('fastmcp.json', file.path, read, ['source'])),
    kind: 'composed',
    source,
    target: entrypoint === null ? path : `${path}:${entrypoint}`,
    name: textOf(root?.['name']),
    args: args.fixed,
    wants: args.wants,
    env: entriesOf(at(deployment, 'env')).map(([name, value]) => {
      const text = textOf(value);
      const secret = isSecretName(name);
      const plain = secret || text === null || isPlaceholder(text) ? null : text;
      return { name, required: plain === null, secret, description: null, value: plain };
    }),
    transports: transportsOf(textOf(at(deployment, 'transport'))),
  };
  return { declarations: [declaration], findings: [], why: null };
}

function transportsOf(name: string | null): Transport[] {
  if (name === 'http' || name === 'streamable-http') return ['streamable-http'];
  return name === 'sse' ? ['sse'] : ['stdio'];
}
