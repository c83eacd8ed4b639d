import { declaredIn, nothing, saying } from '../declaration.ts';
import type { Hint, ManifestFile, Reading, Transport } from '../declaration.ts';
import type { WantedVariable } from '../model.ts';
import { isSecretName } from '../secrets.ts';
import { readYaml } from '../structured.ts';
import { at, entriesOf, fieldsOf, proseOf, textOf, textsOf } from '../values.ts';

/**
 * Reads `smithery.yaml` of any generation. The JavaScript in the oldest is never evaluated: only the names of
 * variables that stand in it are looked for.
 */
export function readSmithery(file: ManifestFile): Reading {
  const read = readYaml(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const root = fieldsOf(read.value);
  if (root === null) return { ...nothing, why: 'it is empty' };
  const start = fieldsOf(root['startCommand']);
  const schema = start?.['configSchema'] ?? root['configSchema'];
  const code = textOf(oneLine(start?.['commandFunction'])) ?? '';
  const field = start === null ? (['runtime', 'name'].find((key) => key in root) ?? '') : 'startCommand';
  const declaration: Hint = {
    ...saying(declaredIn('smithery.yaml', file.path, read, field === '' ? [] : [field])),
    kind: 'hint',
    command: [],
    builds: [],
    name: textOf(root['name']),
    env: [...variablesOf(schema, code), ...plainVariables(root['env'])],
    transports: transportsOf(textOf(start?.['type']) ?? textOf(root['runtime'])),
  };
  return { declarations: [declaration], findings: [], why: null };
}

function oneLine(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 4000).replaceAll(/\s+/g, ' ').slice(0, 1000) : null;
}

function transportsOf(kind: string | null): Transport[] {
  if (kind === 'stdio') return ['stdio'];
  return kind === 'http' || kind === 'typescript' || kind === 'container' || kind === 'python'
    ? ['streamable-http']
    : [];
}

/** `API_KEY: config.apiKey` in the code says by which variable a key of the schema is handed over. */
function variablesOf(schema: unknown, code: string): WantedVariable[] {
  const required = new Set(textsOf(at(schema, 'required')));
  return entriesOf(at(schema, 'properties')).flatMap(([key, property]) => {
    const name = [...code.matchAll(/\b([A-Z][A-Z0-9_]{1,60})['"]?: ?(?:String\()?config\.(\w+)/g)].find(
      ([, , used]) => used === key,
    )?.[1];
    if (name === undefined) return [];
    const secret = isSecretName(name);
    const given = textOf(at(property, 'default'));
    return [
      {
        name,
        required: required.has(key),
        secret,
        description: proseOf(at(property, 'description')),
        value: secret ? null : given,
      },
    ];
  });
}

function plainVariables(value: unknown): WantedVariable[] {
  return entriesOf(value).map(([name, given]) => {
    const secret = isSecretName(name);
    return { name, required: false, secret, description: null, value: secret ? null : textOf(given) };
  });
}
