import { cpSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { configFile, load, problemLines, workspaceWith } from './workspace.ts';

const root = path.join(import.meta.dirname, '..', '..');
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(configJsonSchema());

/** All that the loader and the published schema have to say against a configuration. */
async function faultsOf(workspace: string): Promise<string[]> {
  const text = readFileSync(path.join(workspace, configFile), 'utf8');
  validate(parse(text));
  const ofSchema = (validate.errors ?? []).map(({ instancePath, message }) => `schema: ${instancePath} ${message}`);
  return [...problemLines(await load(workspace)), ...ofSchema];
}

describe('the examples', () => {
  const folder = path.join(root, 'examples');
  test.each(readdirSync(folder))('%s', async (name) => {
    // The test's user cannot read what belongs to others, and must not write there.
    const workspace = realpathSync(mkdtempSync(path.join(tmpdir(), 'example-')));
    onTestFinished(() => rmSync(workspace, { recursive: true, force: true }));
    cpSync(path.join(folder, name), workspace, { recursive: true });
    expect(await faultsOf(workspace)).toEqual([]);
  });
});

const caseKeys = ['expect', 'repeat', 'client', 'capture', 'steps', 'tags'];

/** A fragment of the documentation as part of a whole configuration. */
function configurationOf(fragment: unknown): Record<string, unknown> {
  const isMapping = typeof fragment === 'object' && fragment !== null && !Array.isArray(fragment);
  if (!isMapping) return { version: 1, servers: serversFor(fragment), cases: fragment };
  if ('version' in fragment) return { ...fragment };
  if ('cases' in fragment)
    return { version: 1, servers: serversFor(fragment), cases: [{ include: 'mcp-cases/*.yml' }] };
  const isCase = Object.keys(fragment).every((key) => caseKeys.includes(key));
  if (!isCase) return { version: 1, servers: { one: { source: 'npm:one', ...fragment } } };
  const only = { id: 'one', server: 'one', tool: 'one', ...fragment };
  return { version: 1, servers: serversFor([only]), cases: [only] };
}

/** The servers that cases name, each with a work folder. */
function serversFor(cases: unknown): Record<string, unknown> {
  const names = [...JSON.stringify(cases).matchAll(/"server":"([^"]+)"/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, { source: 'npm:one', work: { at: '/work' } }]));
}

/** The files that the documentation speaks of. */
const files = {
  'fixtures/notes/': '',
  'fixtures/templates/': '',
  'mcp-cases/other.yml': '[]',
  'schemas/forecast.json': '{ "type": "object" }',
};

describe.each(['CONFIGURATION.md', 'ASSERTIONS.md'])('docs/%s', (name) => {
  const text = readFileSync(path.join(root, 'docs', name), 'utf8');
  const fragments = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml = '']) => yaml);

  test.each(fragments)('%s', async (yaml) => {
    const fragment: unknown = parse(yaml);
    const config = stringify(configurationOf(fragment));
    const isCaseFile =
      typeof fragment === 'object' && fragment !== null && 'cases' in fragment && !('version' in fragment);
    const workspace = workspaceWith({
      ...files,
      [configFile]: config,
      ...(isCaseFile ? { 'mcp-cases/one.yml': yaml } : {}),
    });
    expect(await faultsOf(workspace)).toEqual([]);
  });

  test('has examples', () => {
    expect(fragments.length).toBeGreaterThan(8);
  });
});
