import type { ManifestFile, Reading } from './declaration.ts';
import { readClientConfiguration } from './manifests/client-configuration.ts';
import { readDockerServerYaml } from './manifests/docker-server-yaml.ts';
import { readDockerfile } from './manifests/dockerfile.ts';
import { readFastmcpJson } from './manifests/fastmcp-json.ts';
import { readGeminiExtension } from './manifests/gemini-extension.ts';
import { readMcpb } from './manifests/mcpb.ts';
import { readServerJson } from './manifests/server-json.ts';
import { readSmithery } from './manifests/smithery.ts';
import type { ManifestFormat } from './model.ts';
import { baseOf } from './paths.ts';

/** Files that declare servers by themselves, by their names; what they hold decides further. */
const byName: readonly {
  readonly name: RegExp;
  readonly format: ManifestFormat;
  readonly read: (file: ManifestFile) => Reading;
}[] = [
  { name: /(?:^|[-_.])server\.json$/, format: 'server.json', read: readServerJson },
  { name: /(?:^|\.)fastmcp\.json$/, format: 'fastmcp.json', read: readFastmcpJson },
  { name: /^(?:[\w-]+\.)?manifest(?:\.[\w-]+)?\.json$/, format: 'mcpb', read: readMcpb },
  { name: /^smithery\.ya?ml$/, format: 'smithery.yaml', read: readSmithery },
  { name: /^gemini-extension\.json$/, format: 'gemini-extension.json', read: readGeminiExtension },
  { name: /^server\.ya?ml$/, format: 'docker server.yaml', read: readDockerServerYaml },
  {
    name: /^(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$|\.[Dd]ockerfile$/,
    format: 'Dockerfile',
    read: readDockerfile,
  },
  {
    name: /^(?:[\w.-]*mcp[\w-]*\.jsonc?|claude_desktop_config[\w.-]*\.json|plugin\.json|opencode\.jsonc?)$/i,
    format: 'client configuration',
    read: readClientConfiguration,
  },
];

/** Settings of editors and agents that may hold servers, by their paths. */
const settings =
  /(?:^|\/)\.(?:vscode|gemini|claude|zed|cursor|kiro|roo|junie|amazonq|windsurf|codex)\/(?:settings\/)?(?:settings(?:\.local)?\.json|config\.toml|mcp\.json|mcp_config\.json)$/;

export type ProjectFile = 'package.json' | 'pyproject.toml' | 'requirements.txt' | 'go.mod' | 'Cargo.toml' | 'nuget';

const projectNames: readonly (readonly [RegExp, ProjectFile])[] = [
  [/^package\.json$/, 'package.json'],
  [/^pyproject\.toml$/, 'pyproject.toml'],
  [/^requirements\.txt$/, 'requirements.txt'],
  [/^go\.mod$/, 'go.mod'],
  [/^Cargo\.toml$/, 'Cargo.toml'],
  [/\.csproj$/, 'nuget'],
];

/** What the path of a file says that it may be; several readers where the name fits several formats. */
export type Recognised =
  | { readonly project: ProjectFile }
  | { readonly readers: readonly { readonly format: ManifestFormat; readonly read: (file: ManifestFile) => Reading }[] }
  | null;

export function recognise(path: string): Recognised {
  const base = baseOf(path);
  const project = projectNames.find(([name]) => name.test(base));
  if (project !== undefined) return { project: project[1] };
  const readers = byName.filter(({ name }) => name.test(base));
  if (readers.length > 0) return { readers };
  return settings.test(path) ? { readers: [{ format: 'client configuration', read: readClientConfiguration }] } : null;
}
