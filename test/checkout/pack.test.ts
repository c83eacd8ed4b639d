import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packFolder } from '../../src/checkout/pack.ts';
import { temporaryFolder } from './repository.ts';
import { entriesOf } from './support.ts';

const root = temporaryFolder();
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('links that lead out of the folder are left out, as a package of a monorepo has them, and others stay links', async () => {
  const folder = join(root, 'packages', 'server');
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(root, 'LICENSE'), 'text');
  writeFileSync(join(folder, 'file'), 'text');
  const links = {
    LICENSE: '../../LICENSE',
    parent: '..',
    itself: '.',
    near: 'file',
    absolute: '/etc/passwd',
    'round-about': 'lib/../file',
    'lib/up': '../file',
    'lib/out': '../../secret',
    'lib/dots': '..file',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
  const entries = await entriesOf(packFolder(folder, { uid: 7, leaveOut: () => false }));
  expect(entries.filter((line) => line.startsWith('link'))).toEqual([
    'link absolute -> /etc/passwd',
    'link itself -> .',
    'link lib/dots -> ..file',
    'link lib/up -> ../file',
    'link near -> file',
    'link round-about -> lib/../file',
  ]);
});
