import { describe, expect, it } from 'vitest';
import { discovered, goServer, onlyServer, reasons, starts } from './repository.ts';

const module = 'module github.com/acme/weather-mcp\n\ngo 1.25\n';

describe('modules of Go', () => {
  it('starts the one main package that serves, with the subcommand that its sources have', async () => {
    const found = await discovered({
      'go.mod': module,
      'cmd/weather-mcp/main.go':
        'package main\n\nimport (\n\t"github.com/acme/weather-mcp/internal/run"\n)\n\nvar c = &cobra.Command{Use: "stdio"}\n\nfunc main() {\n\trun.Run()\n}\n',
      'internal/run/run.go': goServer.replace('package main', 'package run').replace('main()', 'Run()'),
      'cmd/curl/main.go': 'package main\n\nfunc main() {\n}\n',
    });
    expect(starts(found)).toEqual(['weather-mcp: go run ./cmd/weather-mcp stdio']);
    expect(found.servers[0]).toMatchObject({
      language: 'go',
      needsBuild: true,
      start: { kind: 'go', args: ['stdio'] },
    });
    expect(reasons(found)).toEqual({
      'cmd/curl/main.go': 'The program `curl` starts no MCP server, as far as its sources show.',
    });
  });

  it('names a program at the root after its module, and takes the word of its image for a subcommand', async () => {
    const server = await onlyServer({
      'go.mod': module.replace('weather-mcp', 'weather-mcp/v2'),
      'main.go': goServer,
      Dockerfile: 'FROM golang AS build\nRUN go build -o /s .\nFROM scratch\nENTRYPOINT ["/s"]\nCMD ["serve"]\n',
    });
    expect(server).toMatchObject({ name: 'weather-mcp', command: ['go', 'run', '.', 'serve'] });
  });

  it('never takes HTTP or flags from an image', async () => {
    const server = await onlyServer({
      'go.mod': module,
      'main.go': goServer,
      Dockerfile: 'FROM scratch\nENTRYPOINT ["/s", "http"]\nCMD ["--port", "80"]\n',
    });
    expect(server.command).toEqual(['go', 'run', '.']);
  });
});

describe('crates of Rust', () => {
  const handler = 'use rmcp::ServerHandler;\n\n#[tool_handler]\nimpl ServerHandler for Weather {}\n';

  it('starts the binary whose modules serve', async () => {
    const found = await discovered({
      'Cargo.toml': '[workspace]\nmembers = ["server", "core"]\n',
      'core/Cargo.toml': '[package]\nname = "weather-core"\nversion = "0.1.0"\n',
      'core/src/lib.rs': 'pub mod handler;\n',
      'core/src/handler.rs': handler,
      'server/Cargo.toml':
        '[package]\nname = "weather-mcp"\nversion = "0.1.0"\n[dependencies]\nweather-core = { path = "../core" }\n',
      'server/src/main.rs': 'use weather_core::handler;\nfn main() { serve(stdio()) }\n',
      'server/src/bin/gen.rs': 'fn main() {}\n',
    });
    expect(starts(found)).toEqual(['weather-mcp: cargo run --bin weather-mcp']);
    expect(reasons(found)['Cargo.toml']).toBe('It is the root of a workspace, without a crate of its own.');
  });

  it('knows [[bin]]', async () => {
    const server = await onlyServer({
      'Cargo.toml': '[package]\nname = "weather"\n\n[[bin]]\nname = "weather-mcp"\npath = "src/server.rs"\n',
      'src/server.rs': handler,
    });
    expect(server).toMatchObject({
      name: 'weather-mcp',
      language: 'rust',
      start: { kind: 'cargo', bin: 'weather-mcp' },
    });
  });
});

describe('projects of .NET', () => {
  const csproj = (more: string) => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    ${more}
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="ModelContextProtocol" Version="1.0.0" />
    <ProjectReference Include="..\\Core\\Core.csproj" />
  </ItemGroup>
</Project>`;

  it('starts an executable that adds a server, here or in a project that it refers to', async () => {
    const found = await discovered({
      'App/App.csproj': csproj(
        '<PackageId>Acme.Weather.Mcp</PackageId><Version>1.0.1</Version><PackageType>McpServer</PackageType>',
      ),
      'App/Program.cs': 'await Start.Run();',
      'Core/Core.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
      'Core/Start.cs': 'builder.Services.AddMcpServer().WithStdioServerTransport();',
    });
    expect(found.servers).toMatchObject([
      {
        name: 'Acme.Weather.Mcp',
        folder: 'App',
        language: 'csharp',
        command: ['dotnet', 'run', '--project', 'App.csproj'],
        publishedAs: [{ registry: 'nuget', name: 'Acme.Weather.Mcp', version: '1.0.1' }],
        transports: ['stdio'],
      },
    ]);
    expect(found.servers[0]?.declaredIn[0]).toMatchObject({ format: 'nuget', field: 'PackageType', line: 4 });
  });
});
