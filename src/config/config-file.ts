import path from 'node:path';
import type { Problem } from '../result/model.ts';
import { readDocument } from './document.ts';
import type { SourceDocument } from './document.ts';
import { isThere, readTextFile } from './files.ts';
import type { RunInputs } from './model.ts';

/** Where it is looked for, the first that is there counts. */
export const defaultFiles = ['.github/mcp-workflow.yml', '.github/mcp-workflow.yaml'];

export interface ConfigDocument {
  /** Absolute, after all links; null where no file was read. */
  readonly real: string | null;
  readonly document: SourceDocument | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Reads the file that the input `config` names, or the one that lies where it is looked for. */
export function readConfigFile(inputs: RunInputs, workspace: string, read: Set<string>): ConfigDocument {
  const there = defaultFiles.filter((name) => isThere(path.join(workspace, name)));
  const name = inputs.config ?? there[0];
  if (name === undefined) {
    const message = `there is no configuration: create ${defaultFiles[0]}, or list sources in the input \`repositories\``;
    const problems = inputs.repositories.length > 0 ? [] : [{ message, location: null }];
    return { real: null, document: null, problems, notes: [] };
  }
  const file = readTextFile(name, workspace, read);
  if ('problem' in file) {
    const message = `${inputs.config === null ? '' : 'input `config`: '}the configuration file ${file.problem}`;
    return { real: null, document: null, problems: [{ message, location: null }], notes: [] };
  }
  const unread = inputs.config === null && there.length > 1 ? [`Only ${there[0]} is read, not ${there[1]}.`] : [];
  return { ...readDocument(file.value.name, file.value.text), real: file.value.real, notes: unread };
}
