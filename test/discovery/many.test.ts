import { expect, it } from 'vitest';
import { discovered, pythonServer, typescriptServer, npmPackage } from './repository.ts';
import type { Files } from './repository.ts';

function large(): Files {
  const files: Record<string, string | object> = {
    'package.json': { name: 'root', private: true, workspaces: ['src/*'] },
  };
  for (let number = 0; number < 60; number++) {
    const folder = `src/server-${number}`;
    if (number % 2 === 0) {
      files[`${folder}/package.json`] = npmPackage({ name: `@acme/server-${number}`, bin: 'dist/index.js' });
      files[`${folder}/src/index.ts`] = `import './part-0.js';`;
      for (let part = 0; part < 84; part++)
        files[`${folder}/src/part-${part}.ts`] = `import './part-${part + 1}.js';\n`.repeat(20);
      files[`${folder}/src/part-84.ts`] = typescriptServer;
    } else {
      files[`${folder}/pyproject.toml`] =
        `[project]\nname = "server-${number}"\n[project.scripts]\nserver-${number} = "s${number}.main:main"\n`;
      files[`${folder}/s${number}/main.py`] = `from .part_0 import main\n`;
      for (let part = 0; part < 84; part++)
        files[`${folder}/s${number}/part_${part}.py`] = `from .part_${part + 1} import main\n`;
      files[`${folder}/s${number}/part_84.py`] = pythonServer;
    }
  }
  return files;
}

// How long it takes is measured elsewhere; here it only must not hang.
it('finds 60 servers among 5,000 files', { timeout: 30_000 }, async () => {
  const files = large();
  expect(Object.keys(files).length).toBeGreaterThan(5000);
  const found = await discovered(files);
  expect(found.servers).toHaveLength(60);
  expect(new Set(found.servers.map(({ name }) => name)).size).toBe(60);
  expect(found.findings).toEqual([]);
});

it('stops at its limits, says so, and does not hang', { timeout: 30_000 }, async () => {
  const files: Record<string, string | object> = {};
  for (let number = 0; number < 800; number++) {
    const entries = Array.from({ length: 200 }, (_, entry) => [`s${entry}`, { command: 'npx', args: [`x${entry}`] }]);
    files[`a${number}/.mcp.json`] = { mcpServers: Object.fromEntries(entries) };
    files[`b${number}/b.csproj`] =
      '<Project><OutputType>Exe</OutputType><ProjectReference Include="$(R)\\b*\\*.csproj" /></Project>';
  }
  const found = await discovered(files);
  expect(found.servers).toEqual([]);
  expect(found.findings.map(({ message }) => message)).toEqual([
    'Only the first 2500 declarations were read.',
    'Only the first 1500 manifests of 1600 were read.',
  ]);
});
