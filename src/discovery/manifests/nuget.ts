import type { ManifestFile } from '../declaration.ts';
import type { DeclaredIn } from '../model.ts';
import { baseOf, folderOf } from '../paths.ts';

export interface DotnetManifest {
  readonly path: string;
  readonly folder: string;
  readonly by: DeclaredIn;
  readonly name: string;
  readonly packageId: string | null;
  readonly version: string | null;
  readonly description: string;
  /** It says to be an MCP server: `<PackageType>McpServer</PackageType>`. */
  readonly declaresServer: boolean;
  readonly program: boolean;
  /** Other projects, as written. */
  readonly references: readonly string[];
}

/** Reads a `.csproj`. Only single elements are looked for: what they come to is decided by MSBuild, which is never run. */
export function readCsproj(file: ManifestFile): DotnetManifest | string {
  const text = file.text.replaceAll(/<!--[^]*?-->/g, '');
  if (!/<Project\b/.test(text)) return 'it is no project of .NET';
  const packageId = element(text, 'PackageId');
  const declares = /<PackageType>[^<]*\bMcpServer\b/.test(text);
  const name = baseOf(file.path).replace(/\.csproj$/, '');
  const marked = file.text
    .split('\n')
    .findIndex((line) => /<PackageType>|<PackageId>|Include="ModelContextProtocol/.test(line));
  const by: DeclaredIn = {
    format: 'nuget',
    field: declares ? 'PackageType' : 'Project',
    file: file.path,
    line: Math.max(0, marked) + 1,
    column: 1,
  };
  return {
    path: file.path,
    folder: folderOf(file.path),
    by,
    name,
    packageId,
    version: element(text, 'Version') ?? element(text, 'VersionPrefix'),
    description: element(text, 'Description') ?? '',
    declaresServer: declares,
    program: /<OutputType>\s*Exe|Sdk="Microsoft\.NET\.Sdk\.(?:Web|Worker)|<PackAsTool>\s*true/i.test(text),
    references: [...text.matchAll(/<ProjectReference\s[^>]{0,300}?Include="([^"]{1,300})"/g)]
      .map(([, path]) => path ?? '')
      .slice(0, 100),
  };
}

function element(text: string, name: string): string | null {
  const value = new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1]?.trim() ?? '';
  return value === '' || value.includes('$(') ? null : value.replaceAll(/\s+/g, ' ');
}
