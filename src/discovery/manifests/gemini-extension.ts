import { nothing } from '../declaration.ts';
import type { Declaration, ManifestFile, Reading } from '../declaration.ts';
import type { WantedVariable } from '../model.ts';
import { isSecretName } from '../secrets.ts';
import { readJson } from '../structured.ts';
import { at, fieldsOf, itemsOf, proseOf, textOf } from '../values.ts';
import { readReferences } from './client-configuration.ts';

/** Reads `gemini-extension.json`: like any client's configuration it points at servers; its settings name variables. */
export function readGeminiExtension(file: ManifestFile): Reading {
  const read = readJson(file.text);
  if ('problem' in read) return { ...nothing, why: `it is ${read.problem}` };
  const found = readReferences(file.path, read, 'gemini-extension.json');
  if (found === null) return { ...nothing, why: 'it is an extension without MCP servers' };
  const settings = itemsOf(at(read.value, 'settings')).flatMap(settingOf);
  const declarations = found.declarations.map((one): Declaration => ({
    ...one,
    version: null,
    env: [...settings, ...one.env],
  }));
  return { ...found, declarations };
}

function settingOf(value: unknown): WantedVariable[] {
  const name = textOf(at(value, 'envVar'));
  if (name === null || fieldsOf(value) === null) return [];
  return [
    {
      name,
      required: false,
      secret: at(value, 'sensitive') === true || isSecretName(name),
      description: proseOf(at(value, 'description')),
      value: null,
    },
  ];
}
