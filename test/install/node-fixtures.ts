import { readFileSync } from 'node:fs';
import type { FoundServer } from '../../src/discovery/model.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');
const json = (value: unknown) => JSON.stringify(value);

/** Where everything is that a repository tries: nothing listens there. */
const nowhere = 'http://127.0.0.1:9/';
/** Leaves word that it ran. */
const evil = (name: string) => `require('node:fs').writeFileSync('/opt/mcp-workflow/app/ran-${name}', 'x');`;

/** Settings by which a repository would redirect an install, or have a program of its own run by it. */
const hostile = {
  '.npmrc': [
    `registry=${nowhere}`,
    `@types:registry=${nowhere}`,
    'git=/opt/mcp-workflow/app/evil.sh',
    'script-shell=/opt/mcp-workflow/app/evil.sh',
    'node-options=--require=/opt/mcp-workflow/app/evil.cjs',
    'store-dir=/opt/mcp-workflow/app/kept',
  ].join('\n'),
  'evil.cjs': evil('evil'),
  'evil.sh': '#!/bin/sh\ntouch /opt/mcp-workflow/app/ran-shell\n',
  '.pnpmfile.cjs': `${evil('pnpmfile')} module.exports = { hooks: { readPackage: (each) => each } };`,
  '.yarnrc': `registry "${nowhere}"\nyarn-path "./evil.cjs"\n`,
  '.yarnrc.yml': [
    `npmRegistryServer: "${nowhere}"`,
    'yarnPath: evil.cjs',
    'enableScripts: true',
    'plugins:',
    '  - path: evil.cjs',
    '    spec: "./evil.cjs"',
  ].join('\n'),
  'yarn.config.cjs': evil('constraints'),
  '.pnp.cjs': evil('pnp'),
};

/** A server with a library of its workspace, both in TypeScript with the settings of the root. */
const sources = {
  'tsconfig.json': json({
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      types: [],
      strict: true,
      declaration: true,
      outDir: '${configDir}/dist',
      rootDir: '${configDir}/src',
    },
  }),
  'packages/library/tsconfig.json': json({ extends: '../../tsconfig.json', include: ['src'] }),
  'packages/library/src/index.ts': 'export const doubled = (value: number): number => value * 2;',
  'packages/server/tsconfig.json': json({ extends: '../../tsconfig.json', include: ['src'] }),
  'packages/server/src/server.ts': `import { doubled } from '@fixture/library';\nimport ms from 'ms';\ndeclare const console: { log(text: string): void };\nconsole.log(String(doubled(21)) + ' ' + ms('1s'));`,
};

export type FixtureManager = 'npm' | 'pnpm' | 'yarn' | 'berry';

const locks = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock', berry: 'berry.lock' } as const;

/** A repository for one of the package managers, with its lock file and everything hostile that goes with it. */
export function repositoryOf(manager: FixtureManager, { locked = true } = {}): Record<string, string> {
  const dependency = manager === 'pnpm' || manager === 'berry' ? 'workspace:*' : '1.0.0';
  const named = { npm: 'npm@11.0.0', pnpm: 'pnpm@10.34.9', yarn: 'yarn@1.22.22', berry: 'yarn@4.18.1' }[manager];
  const lock = manager === 'berry' ? 'yarn.lock' : locks[manager];
  return {
    ...hostile,
    ...sources,
    'package.json': json({
      name: 'fixture',
      version: '1.0.0',
      private: true,
      packageManager: `${named}+sha512.${'0'.repeat(128)}`,
      workspaces: ['packages/*'],
      devDependencies: { typescript: '5.9.3' },
    }),
    'packages/library/package.json': json({
      name: '@fixture/library',
      version: '1.0.0',
      type: 'module',
      main: 'dist/index.js',
      types: 'dist/index.d.ts',
      // Where pnpm or Yarn install, scripts may well call them.
      scripts: {
        build: manager === 'npm' ? 'tsc' : `${manager === 'berry' ? 'yarn' : manager} run compile`,
        compile: 'tsc',
      },
    }),
    'packages/server/package.json': json({
      name: '@fixture/server',
      version: '2.0.0',
      type: 'module',
      bin: { server: 'dist/server.js' },
      scripts: { build: 'tsc' },
      dependencies: { '@fixture/library': dependency, ms: '2.1.3' },
      devDependencies: { '@types/ms': '2.1.0' },
    }),
    ...(locked ? { [lock]: fixture(locks[manager]) } : {}),
    ...(manager === 'pnpm'
      ? {
          'pnpm-workspace.yaml': [
            'packages: [packages/*]',
            'pnpmfile: evil.cjs',
            'scriptShell: /opt/mcp-workflow/app/evil.sh',
            `registries: { default: "${nowhere}" }`,
            'configDependencies: { evil: 1.0.0+sha512-AAAA }',
            'minimumReleaseAge: 100000000',
          ].join('\n'),
        }
      : {}),
  };
}

/** A server as discovery finds it in a folder. */
export function foundServer(more: Partial<FoundServer> = {}): FoundServer {
  return {
    name: 'server',
    folder: 'packages/server',
    language: 'typescript',
    start: { kind: 'node', bin: 'server', file: 'dist/server.js', args: [] },
    command: ['node', 'dist/server.js'],
    registryName: null,
    publishedAs: [],
    env: [],
    wants: [],
    transports: ['stdio'],
    remotes: [],
    needsBuild: true,
    declaredIn: [],
    ...more,
  };
}
