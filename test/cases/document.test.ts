import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { assertionNames } from '../../src/config/foreign-names.ts';
import { matcherNames } from '../../src/config/matcher-schema.ts';
import { configFile, load, problemLines, workspaceWith } from '../config/workspace.ts';

const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ASSERTIONS.md'), 'utf8');
const examples = [...document.matchAll(/```yaml\n([^]*?)```/gu)].map(([, text = '']) => text);

/** An example is a list of cases, or some keys of one. */
function casesOf(example: string): unknown[] {
  const value = parse(example) as unknown;
  if (Array.isArray(value)) return value;
  return [{ id: 'example', server: 's', tool: 't', ...(value as object) }];
}

test.each(examples)('the example is valid: %s', async (example) => {
  const cases = casesOf(example);
  const names = new Set(cases.map((each) => (each as { server: string }).server));
  const servers = Object.fromEntries(
    [...names].map((name) => [name, { source: '.', command: ['node', 's.mjs'], work: { at: '/work' } }]),
  );
  const workspace = workspaceWith({
    [configFile]: JSON.stringify({ version: 1, servers, cases }),
    'schemas/forecast.json': '{ "type": "object" }',
  });
  expect(problemLines(await load(workspace))).toEqual([]);
});

test('there are examples, and each assertion and matcher has its place', () => {
  expect(examples.length).toBeGreaterThan(15);
  const headings = [...document.matchAll(/^### (.+)$/gmu)].flatMap(([, line = '']) => line.match(/\w+/gu) ?? []);
  expect([...headings].sort((a, b) => a.localeCompare(b))).toEqual(
    [...assertionNames].sort((a, b) => a.localeCompare(b)),
  );
  const matchers = /^\| matcher \|[^]*?\n\n/mu.exec(document)?.[0] ?? '';
  expect(matcherNames.filter((name) => !matchers.includes(`\`${name}`))).toEqual([]);
});
