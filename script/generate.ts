import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { configJsonSchema } from '../src/config/json-schema.ts';
import { resultJsonSchema } from '../src/result/json-schema.ts';
import { expectations } from '../src/sandbox/isolation.ts';

/**
 * Writes what is derived: the input and output tables of README.md from action.yml, what docs/SANDBOX.md says is
 * proved, and the published JSON Schemas.
 * With --check it writes nothing and fails where something is out of date.
 */

interface ActionYml {
  readonly inputs: Readonly<Record<string, { description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
}

const root = join(import.meta.dirname, '..');
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionYml;

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const inputs = table(
  ['input', 'default', 'what it is'],
  Object.entries(action.inputs).map(([name, { default: value, description }]) => [
    `\`${name}\``,
    value ? `\`${value}\`` : '',
    description,
  ]),
);
const outputs = table(
  ['output', 'what it is'],
  Object.entries(action.outputs).map(([name, { description }]) => [`\`${name}\``, description]),
);

function between(text: string, marker: string, content: string): string {
  const [start, end] = [`<!-- ${marker}-start -->`, `<!-- ${marker}-end -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}

/** What the sandbox is proved to be, before every run and in the tests. */
const isolation = table(
  ['id', 'passes when'],
  expectations.map(({ id, passes, except }) => {
    const others = Object.entries(except ?? {}).map(([phase, why]) => `; not in the phase ${phase}: ${why}`);
    return [`\`${id}\``, `${passes}${others.join('')}`];
  }),
);

const sandbox = readFileSync(join(root, 'docs/SANDBOX.md'), 'utf8');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const generated: Readonly<Record<string, string>> = {
  'README.md': between(between(readme, 'inputs', inputs), 'outputs', outputs),
  'docs/SANDBOX.md': between(sandbox, 'expectations', isolation),
  'docs/config.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'docs/result.schema.json': `${JSON.stringify(resultJsonSchema(), null, 2)}\n`,
};

const stale = Object.entries(generated).filter(([file, text]) => read(join(root, file)) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) process.stderr.write(`${file} is out of date: run script/generate\n`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const [file, text] of stale) {
  writeFileSync(join(root, file), text);
  process.stdout.write(`wrote ${file}\n`);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
