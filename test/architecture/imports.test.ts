import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The arrows of docs/ARCHITECTURE.md: what each room may import. A room may always import itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  text: [],
  result: [],
  process: [],
  host: ['process', 'result', 'text'],
  sources: ['config', 'result'],
  config: ['sources', 'result', 'text'],
  sandbox: ['config/model.ts', 'process', 'result'],
  checkout: ['process', 'result'],
  install: ['checkout', 'config/model.ts', 'discovery/model.ts', 'process', 'result', 'sandbox', 'sources/image.ts'],
  mcp: ['process', 'result', 'version.ts'],
  cases: ['config/model.ts', 'mcp', 'result'],
  report: ['result', 'text'],
  telemetry: ['result', 'text'],
  discovery: ['text'],
  workflow: [
    'cases',
    'checkout',
    'config',
    'discovery',
    'host',
    'install',
    'mcp',
    'process',
    'report',
    'result',
    'sandbox',
    'sources',
    'telemetry',
    'text',
    'version.ts',
  ],
  cli: ['cases', 'config', 'host', 'mcp', 'process', 'report', 'result', 'text', 'version.ts', 'workflow'],
  'main.ts': ['config', 'host', 'process', 'workflow'],
  'post.ts': ['host', 'process', 'workflow'],
  'cli.ts': ['cli', 'process'],
  'version.ts': [],
};

/** Packages that only one room may know. */
const gates: readonly (readonly [RegExp, RegExp])[] = [
  [/^@actions\//u, /^host\/github(-api)?\.ts$/u],
  [/^(execa|node:child_process)$/u, /^(process\/|(sandbox|install)\/programs\/)/u],
  [/^@modelcontextprotocol\//u, /^mcp\//u],
  [/^commander$/u, /^cli\/command-line\.ts$/u],
  [/^chokidar$/u, /^cli\/watch\.ts$/u],
  [/^cockatiel$/u, /^cases\/breaker\.ts$/u],
  [/^undici$/u, /^(mcp\/http|install)\//u],
  [/^@opentelemetry\//u, /^telemetry\//u],
  [/^xmlbuilder2/u, /^report\/junit\.ts$/u],
];

const source = join(import.meta.dirname, '..', '..', 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|mjs)$/u.test(name));

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/^\s*(?:import|export)\s[^;]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gmu)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

const room = (file: string) => file.split('/')[0] ?? file;

describe('the import graph', () => {
  it('knows every room', () => {
    expect([...new Set(files.map(room))].filter((name) => !(name in arrows))).toEqual([]);
  });

  it.each(files)('%s imports only what lies below it', (file) => {
    const allowed = arrows[room(file)] ?? [];
    const foreign = importsOf(file)
      .filter((path) => path.startsWith('.'))
      .map((path) => relative(source, join(source, dirname(file), path)))
      .filter((target) => room(target) !== room(file))
      .filter((target) => !allowed.includes(room(target)) && !allowed.includes(target));
    expect(foreign).toEqual([]);
  });

  it.each(gates)('%s is known to one room only', (name, owner) => {
    const importers = files.filter((file) => importsOf(file).some((path) => name.test(path)));
    expect(importers.filter((file) => !owner.test(file))).toEqual([]);
    expect(importers.length).toBeGreaterThan(0);
  });
});
