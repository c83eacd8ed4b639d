// Runs inside a scripts container, which has no network: the install scripts of packages, one after another, each with
// `npm run` in its own folder. Goes on after one that fails, and ends with the number of those that did.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @type {{ tree: string, npm: string[], packages: { folder: string, name: string, scripts: string[] }[] }} */
const { tree, npm, packages } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

let failed = 0;
for (const { folder, name, scripts } of packages) {
  for (const script of scripts) {
    const cwd = join(tree, folder);
    const { status } = spawnSync(process.execPath, [...npm, `--prefix=${cwd}`, 'run', script], {
      cwd,
      stdio: ['ignore', 2, 2],
    });
    if (status === 0) continue;
    failed++;
    process.stderr.write(`${script} of ${name} failed\n`);
    break;
  }
}
process.exitCode = Math.min(failed, 100);
