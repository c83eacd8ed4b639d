import path from 'node:path';
import type { SourceSpec } from '../config/model.ts';
import type { FoundEntry, RepositorySpec } from '../config/repository-model.ts';
import type { Discovery, FoundServer } from '../discovery/model.ts';
import type { Finding, Location } from '../result/model.ts';
import { sourceOfFound } from './source-of-found.ts';

/** Of a repository of which only a folder is meant, what lies in that folder. */
export function serversIn(source: SourceSpec, { servers }: Discovery): readonly FoundServer[] {
  const folder = source.kind === 'git' ? source.path : '.';
  if (folder === '.') return servers;
  return servers.filter((found) => found.folder === folder || found.folder.startsWith(`${folder}/`));
}

/** What the configuration is told of a found server. Its place is the manifest's line where that is the user's own file. */
export function entryOf(
  name: string,
  found: FoundServer,
  { source, location }: Pick<RepositorySpec, 'source' | 'location'>,
  workspace: string,
): FoundEntry {
  const place = found.declaredIn[0];
  const own = source.kind === 'path' && place !== undefined;
  const { start } = found;
  return {
    name,
    source: sourceOfFound(source, found),
    repository: source,
    location: own ? inWorkspace(workspace, source.path, place) : location,
    // Of what is built here they are part of the start.
    args: start.kind === 'package' ? start.args : [],
    wanted: found.env.map((variable) => ({
      name: variable.name,
      required: variable.required,
      value: variable.secret ? null : variable.value,
      place: place?.file ?? source.given,
    })),
  };
}

function inWorkspace(workspace: string, folder: string, { file, line, column }: Location): Location {
  return { file: path.relative(workspace, path.join(folder, file)), line, column };
}

/** What discovery found wrong with the manifests of one server. */
export function findingsOf(discovery: Discovery, found: FoundServer, location: Location | null): Finding[] {
  return discovery.findings
    .filter(({ server }) => server === found.name)
    .map(({ check, severity, message, place }) => {
      return { check, severity, subject: 'server', message: `${place.file}:${place.line}: ${message}`, location };
    });
}
