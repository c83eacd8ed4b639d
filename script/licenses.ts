import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prints the licences of everything that is bundled: each production dependency of the lock file, with its text. */

const root = join(import.meta.dirname, '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version?: string; license?: string; dev?: boolean; devOptional?: boolean }>;
};

for (const [path, { version, license, dev, devOptional }] of Object.entries(lock.packages)) {
  if (path === '' || dev === true || devOptional === true) continue;
  const folder = join(root, path);
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/iu.test(name));
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  process.stdout.write(`${'='.repeat(80)}\n${name} ${version}: ${license ?? 'licence not stated'}\n\n`);
  for (const file of files.toSorted()) process.stdout.write(`${readFileSync(join(folder, file), 'utf8').trim()}\n\n`);
}
