import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckoutRefused, CheckoutUnavailable } from '../../src/checkout/errors.ts';
import { openMcpb } from '../../src/checkout/mcpb.ts';
import { FolderRefused } from '../../src/checkout/pack.ts';
import { temporaryFolder } from './repository.ts';
import { entriesOf, everything, messageOf, pathsOf, shortHash } from './support.ts';
import { type ZipPart, zipOf } from './zip.ts';

const root = temporaryFolder();
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function bundle(parts: readonly ZipPart[] | Buffer, limits = {}) {
  const file = join(root, `${Math.random().toString(36).slice(2)}.mcpb`);
  writeFileSync(file, Buffer.isBuffer(parts) ? parts : zipOf(parts));
  return openMcpb('server.mcpb', file, limits);
}

describe('a bundle', () => {
  it('is its files', async () => {
    const checkout = await bundle([
      { name: 'server/', mode: 0o40755 },
      { name: 'server/index.js', content: '#!/usr/bin/env node\n', mode: 0o100755 },
      { name: 'manifest.json', content: '{"name":"é"}', mode: 0 },
      { name: 'stored.txt', content: 'stored', method: 0 },
    ]);
    expect(pathsOf(checkout)).toEqual(['manifest.json', 'server/index.js', 'stored.txt']);
    expect(checkout.commit).toBeNull();
    expect(checkout.files[1]).toEqual({ path: 'server/index.js', kind: 'file', executable: true, size: 20 });
    const texts = ['manifest.json', 'stored.txt', 'server/'].map(async (name) => checkout.text(name));
    expect(await Promise.all(texts)).toEqual(['{"name":"é"}', 'stored', null]);
    expect(await entriesOf(checkout.pack('server', everything))).toEqual([
      'folder .',
      `file index.js 755 1234 ${shortHash('#!/usr/bin/env node\n')}`,
    ]);
    await checkout.close();
    await checkout.close();
    await expect(checkout.text('manifest.json')).rejects.toBeInstanceOf(CheckoutUnavailable);
  });

  const link = 0o120777;
  it.each<[string, ZipPart]>([
    ['an absolute path', { name: '/etc/cron.d/x' }],
    ['a path of Windows', { name: 'C:/x' }],
    ['a path upwards', { name: '../x' }],
    ['a path upwards in the middle', { name: 'a/../../x' }],
    ['a backslash', { name: '..\\x' }],
    ['`.git`', { name: '.GIT/hooks/x' }],
    ['a control character', { name: 'a\nb' }],
    ['a name that is no UTF-8', { name: Buffer.from([0x61, 0xff, 0xfe]) }],
    ['a link', { name: 'a', content: '/etc/passwd', mode: link }],
    ['a device', { name: 'a', mode: 0o20666 }],
    ['a pipe', { name: 'a', mode: 0o10666 }],
    ['a folder named as a file', { name: 'a', mode: 0o40755 }],
    ['encryption', { name: 'a', content: 'x', flags: 0x801 }],
    ['strong encryption', { name: 'a', content: 'x', flags: 0x841 }],
    ['a method nobody knows', { name: 'a', content: 'x', method: 12 }],
    ['too large a file', { name: 'a', size: 51 * 1024 ** 2 }],
  ])('with %s is refused', async (_, part) => {
    const message = await messageOf(bundle([{ name: 'manifest.json', content: '{}' }, part]), CheckoutRefused);
    expect(message).toContain('server.mcpb is not used');
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it('with a path twice, or one below a file, is refused', async () => {
    expect(await messageOf(bundle([{ name: 'a' }, { name: 'a' }]), CheckoutRefused)).toContain('there twice');
    await messageOf(bundle([{ name: 'a' }, { name: 'a/b' }]), CheckoutRefused);
  });

  it('that unpacks to more than it should is refused', async () => {
    const zeros = { name: 'zeros', content: Buffer.alloc(11 * 1024 ** 2) };
    expect(await messageOf(bundle([zeros]), CheckoutRefused)).toContain('100 times its size');
    const two = [zeros, { ...zeros, name: 'more' }];
    expect(await messageOf(bundle(two, { unpackedBytes: 20 * 1024 ** 2, ratio: 10_000 }), CheckoutRefused)).toContain(
      '20 MiB',
    );
    const many = Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` }));
    expect(await messageOf(bundle(many, { entries: 10 }), CheckoutRefused)).toContain('more than 10 entries');
  });

  it.each<[string, ZipPart]>([
    ['a length', { name: 'a', content: 'x'.repeat(1000), size: 10 }],
    ['a longer length', { name: 'a', content: 'x', size: 1000 }],
    ['a checksum', { name: 'a', content: 'text', sum: 1 }],
  ])('that lies about %s gives nothing of the file', async (_, part) => {
    const checkout = await bundle([part, { name: 'b', content: 'good' }]);
    expect(await checkout.text('a')).toBeNull();
    expect(await checkout.text('b')).toBe('good');
    await messageOf(entriesOf(checkout.pack('.', everything)), FolderRefused);
    await checkout.close();
  });

  it('that is no zip file, or is cut off, is refused', async () => {
    expect(await messageOf(bundle(Buffer.from('no zip at all')), CheckoutRefused)).toContain('as a bundle');
    await messageOf(bundle(Buffer.alloc(0)), CheckoutRefused);
    const whole = zipOf([{ name: 'a', content: 'text' }]);
    await messageOf(bundle(whole.subarray(0, -10)), CheckoutRefused);
    await messageOf(bundle(whole.subarray(20)), CheckoutRefused);
    await messageOf(openMcpb('x.mcpb', join(root, 'missing.mcpb')), CheckoutRefused);
    await messageOf(openMcpb('x.mcpb', root), CheckoutRefused);
  });
});
