import { splitArguments } from '../arguments.ts';
import { declaredIn, nothing, saying } from '../declaration.ts';
import type { Bundled, ManifestFile, Reading } from '../declaration.ts';
import type { WantedArgument, WantedVariable } from '../model.ts';
import { isPlaceholder, isSecretName } from '../secrets.ts';
import { readJson } from '../structured.ts';
import { at, entriesOf, fieldsOf, proseOf, textOf, textsOf } from '../values.ts';
import type { Fields } from '../values.ts';

const runtimes = ['node', 'python', 'uv', 'binary'] as const;

/** Reads the manifest of an MCP bundle (before: a desktop extension). Browsers' extensions have files of that name too. */
export function readMcpb(file: ManifestFile): Reading {
  const read = readJson(file.text);
  const root = 'problem' in read ? null : fieldsOf(read.value);
  const runtime = runtimes.find((name) => name === at(root, 'server', 'type'));
  const marked = root !== null && ('manifest_version' in root || 'dxt_version' in root);
  if (root === null || 'problem' in read || runtime === undefined || !marked) return nothing;
  const config = fieldsOf(at(root, 'server', 'mcp_config'));
  const entry = textOf(at(root, 'server', 'entry_point'));
  const words = textsOf(config?.['args']);
  const given = splitArguments(afterEntry(words, entry).filter((word) => word !== ''));
  const declaration: Bundled = {
    ...saying(declaredIn('mcpb', file.path, read, ['server'])),
    kind: 'bundled',
    runtime,
    entry: entry?.replace(/^\.\//, '') ?? null,
    command: [textOf(config?.['command']) ?? '', ...words].filter((word) => word !== '').map(withoutVariables),
    name: textOf(root['name']),
    version: textOf(root['version']),
    args: given.fixed,
    wants: given.wants.map((want) => configured(root, words, want)),
    env: variablesOf(root, config),
    transports: ['stdio'],
  };
  return { declarations: [declaration], findings: [], why: null };
}

/** What follows the program's own file, or `-m module`. */
function afterEntry(words: readonly string[], entry: string | null): readonly string[] {
  const stem = entry?.split('/').at(-1) ?? '';
  const file = words.findIndex((word) => stem !== '' && word.endsWith(stem));
  if (file !== -1) return words.slice(file + 1);
  const module = words.indexOf('-m');
  if (module !== -1) return words.slice(module + 2);
  const run = words.indexOf('run');
  return run === -1 ? words : words.slice(run + 2);
}

function withoutVariables(word: string): string {
  return word.replaceAll('${__dirname}/', '').replaceAll('${__dirname}', '.').replaceAll('${/}', '/');
}

const userValue = /\$\{user_config\.([\w-]+)\}/;

/** An argument that is a user's value is as required and as secret as that value is said to be. */
function configured(root: Fields, words: readonly string[], want: WantedArgument): WantedArgument {
  const key = words.map((word) => userValue.exec(word)?.[1]).find((name) => name === want.hint);
  const asked = key === undefined ? null : fieldsOf(at(root, 'user_config', key));
  if (asked === null) return want;
  return { ...want, required: asked['required'] === true, secret: want.secret || asked['sensitive'] === true };
}

function variablesOf(root: Fields, config: Fields | null): WantedVariable[] {
  return entriesOf(config?.['env']).flatMap(([name, given]) => {
    const text = textOf(given) ?? '';
    const key = userValue.exec(text)?.[1];
    const asked = key === undefined ? null : fieldsOf(at(root, 'user_config', key));
    // Paths of the bundle itself mean nothing outside of it.
    if (asked === null && text.includes('${__dirname}')) return [];
    const secret = asked?.['sensitive'] === true || isSecretName(name);
    return [
      {
        name,
        required: asked?.['required'] === true,
        secret,
        description: proseOf(asked?.['description']),
        value: secret || text === '' || isPlaceholder(text) ? null : text,
      },
    ];
  });
}
