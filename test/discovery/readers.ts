import type { ManifestFile } from '../../src/discovery/declaration.ts';
import { readCargoToml } from '../../src/discovery/manifests/cargo-toml.ts';
import { readClientConfiguration } from '../../src/discovery/manifests/client-configuration.ts';
import { readDockerServerYaml } from '../../src/discovery/manifests/docker-server-yaml.ts';
import { readDockerfile } from '../../src/discovery/manifests/dockerfile.ts';
import { readFastmcpJson } from '../../src/discovery/manifests/fastmcp-json.ts';
import { readGeminiExtension } from '../../src/discovery/manifests/gemini-extension.ts';
import { readGoMod } from '../../src/discovery/manifests/go-mod.ts';
import { readMcpb } from '../../src/discovery/manifests/mcpb.ts';
import { readCsproj } from '../../src/discovery/manifests/nuget.ts';
import { readPackageJson } from '../../src/discovery/manifests/package-json.ts';
import { readPyproject } from '../../src/discovery/manifests/pyproject.ts';
import { readServerJson } from '../../src/discovery/manifests/server-json.ts';
import { readSmithery } from '../../src/discovery/manifests/smithery.ts';
import { npmPackage, serverJson } from './repository.ts';

const config = { mcpServers: { w: { command: 'npx', args: ['-y', 'weather'], env: { A: '${A}' } } } };
const toml = '[project]\nname = "w"\n[project.scripts]\nw = "w:main"\n[tool.poetry.scripts]\nx = "y:z"\n';
const image = 'FROM a AS b\nRUN go build \\\n  ./cmd/x\nLABEL x="y"\nENTRYPOINT ["/w"]\nCMD ["stdio"]\n';

/** Every reader of manifests, with a path by which it is found and a text that it can read. */
export const readers: Readonly<Record<string, readonly [(file: ManifestFile) => unknown, string, string]>> = {
  'server.json': [readServerJson, 'server.json', JSON.stringify(serverJson())],
  'package.json': [
    readPackageJson,
    'package.json',
    JSON.stringify(npmPackage({ exports: { '.': './a.js' }, scripts: { start: 'node a.js' } })),
  ],
  'pyproject.toml': [readPyproject, 'pyproject.toml', toml],
  'fastmcp.json': [
    readFastmcpJson,
    'fastmcp.json',
    JSON.stringify({ source: { path: 'a.py' }, deployment: { env: { A: 'b' } } }),
  ],
  mcpb: [
    readMcpb,
    'manifest.json',
    JSON.stringify({
      manifest_version: '0.3',
      server: { type: 'node', entry_point: 'a.js', mcp_config: { command: 'node', args: ['${user_config.a}'] } },
    }),
  ],
  'smithery.yaml': [
    readSmithery,
    'smithery.yaml',
    'startCommand:\n  type: stdio\n  configSchema: {properties: {a: {type: string}}}\n  commandFunction: |\n    (config) => ({env: {A: config.a}})\n',
  ],
  'client configuration': [readClientConfiguration, '.mcp.json', JSON.stringify(config)],
  'codex configuration': [readClientConfiguration, '.codex/config.toml', '[mcp_servers.w]\ncommand = "x"\n'],
  'gemini-extension.json': [
    readGeminiExtension,
    'gemini-extension.json',
    JSON.stringify({ ...config, settings: [{ envVar: 'A' }] }),
  ],
  'docker server.yaml': [readDockerServerYaml, 'server.yaml', 'name: a\ntype: server\nimage: b\nrun: {command: [c]}\n'],
  Dockerfile: [readDockerfile, 'Dockerfile', image],
  'go.mod': [readGoMod, 'go.mod', 'module example.com/a\n'],
  'Cargo.toml': [readCargoToml, 'Cargo.toml', '[package]\nname = "a"\n[[bin]]\nname = "b"\n'],
  nuget: [
    readCsproj,
    'a.csproj',
    '<Project Sdk="x"><PackageId>a</PackageId><ProjectReference Include="b" /></Project>',
  ],
};
