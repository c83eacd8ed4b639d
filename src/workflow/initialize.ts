import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readInputs } from '../config/inputs.ts';
import { loadConfig } from '../config/load.ts';
import type { RunInputs, SourceSpec, WorkflowConfig } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import type { Problem } from '../result/model.ts';

/** What w00 finds out. `inputs` is null only where the inputs themselves are mistaken. */
export type Initialized =
  | {
      readonly ok: true;
      readonly inputs: RunInputs;
      readonly config: WorkflowConfig;
      readonly notes: readonly string[];
      readonly secrets: ReadonlyMap<string, string>;
      readonly files: readonly string[];
    }
  | {
      readonly ok: false;
      readonly inputs: RunInputs | null;
      readonly problems: readonly Problem[];
      /** Real paths of the files of the workspace that were read. */
      readonly files: readonly string[];
    };

/** w00: reads inputs and configuration, and rejects every mistake at once. */
export async function initialize(
  host: Host,
  raw: Readonly<Record<string, string>>,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<Initialized> {
  const read = readInputs(raw);
  if (!read.ok) return { ok: false, inputs: null, problems: read.problems, files: [] };
  const { inputs } = read;
  const loaded = await loadConfig(inputs, { workspace: host.workspace, secretValue: (name) => env[name] });
  const { files } = loaded;
  if (!loaded.ok) return { ok: false, inputs, problems: loaded.problems, files };
  // Before anything else may be logged.
  for (const secret of loaded.grantedSecrets.values()) host.mask(secret);
  if (!inputs.allowUntrustedTrigger) {
    const untrusted = await host.untrustedWorkspace(workspaceFiles(host, inputs, loaded));
    if (untrusted !== null) return { ok: false, inputs, problems: [{ message: untrusted, location: null }], files };
  }
  return { ok: true, inputs, config: loaded.config, notes: loaded.notes, secrets: loaded.grantedSecrets, files };
}

function addSource(source: SourceSpec, files: Set<string>): void {
  if (source.kind === 'path' || source.kind === 'mcpb') files.add(source.path);
  if (source.kind === 'registry' && 'file' in source) files.add(source.file);
}

type ReadConfig = Extract<Awaited<ReturnType<typeof loadConfig>>, { ok: true }>;

/** Everything of the workspace that decides what this run does. */
function workspaceFiles(host: Host, inputs: RunInputs, { config, files: read }: ReadConfig): string[] {
  const defaults = ['.github/mcp-workflow.yml', '.github/mcp-workflow.yaml'];
  const files = new Set<string>(read);
  for (const path of inputs.config === null ? defaults : [inputs.config]) files.add(resolve(host.workspace, path));
  for (const { source } of config.repositories) addSource(source, files);
  for (const server of config.servers) {
    addSource(server.source, files);
    if (server.work?.from) files.add(server.work.from);
    for (const mount of server.mounts) files.add(mount.from);
    for (const spec of server.cases) files.add(resolve(host.workspace, spec.location.file));
  }
  return [...files].filter((file) => existsSync(file));
}
