import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documented } from '../action/hostile/documented.ts';
import { endlessServers } from '../action/hostile/endless.ts';
import { hostileServers } from '../action/hostile/index.ts';
import { installServers } from '../action/hostile/install.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/RELIABILITY.md'), 'utf8');
const between = (marker: string) =>
  new RegExp(`<!-- ${marker}-start -->\n([\\s\\S]*?)\n<!-- ${marker}-end -->`, 'u').exec(page)?.[1];

describe('docs/RELIABILITY.md', () => {
  it.each([
    ['servers', hostileServers],
    ['packages', installServers],
    ['endless', endlessServers],
  ])('the table of %s says what the tests check', (marker, servers) => {
    expect(between(marker)).toBe(documented(servers));
  });

  it('names every server once', () => {
    const names = [...hostileServers, ...installServers, ...endlessServers].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
