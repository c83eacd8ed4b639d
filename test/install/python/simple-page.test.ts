import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchors } from '../../../src/install/python/anchors.ts';
import { htmlPage, jsonPage } from '../../../src/install/python/render-page.ts';
import { type IndexFile, parseSimplePage } from '../../../src/install/python/simple-page.ts';

const base = new URL('https://pypi.example.com/simple/a-b/');
const sha256 = 'a'.repeat(64);
const json = (...files: object[]) =>
  parseSimplePage(JSON.stringify({ files }), 'application/vnd.pypi.simple.v1+json', base);
const html = (body: string) => parseSimplePage(body, 'text/html', base);

describe('a page of the simple API', () => {
  it('is read as JSON', () => {
    const [file] = json({
      filename: 'a_b-1-py3-none-any.whl',
      url: '../../files/a_b-1-py3-none-any.whl',
      hashes: { sha256: sha256.toUpperCase(), md5: 'x' },
      'requires-python': '>=3.9',
      yanked: 'broken',
      'core-metadata': { sha256 },
    });
    expect(file).toEqual({
      filename: 'a_b-1-py3-none-any.whl',
      url: new URL('https://pypi.example.com/files/a_b-1-py3-none-any.whl'),
      sha256,
      requiresPython: '>=3.9',
      yanked: 'broken',
      hasMetadata: true,
      metadataSha256: sha256,
    });
  });

  it('is read as HTML', () => {
    const [file, second] = html(`<!DOCTYPE html><html><body><abbr>x</abbr>
      <A data-requires-python="&gt;=3.9" href='https://files.example.com/a_b-1.tar.gz#sha256=${sha256}' data-yanked>
        a_b-1.tar.gz</A><br/><a href=a_b-2.zip data-dist-info-metadata="sha256=${sha256}">a_b-2.zip</a>`);
    expect(file).toMatchObject({ filename: 'a_b-1.tar.gz', sha256, requiresPython: '>=3.9', yanked: '' });
    expect(file?.url.href).toBe('https://files.example.com/a_b-1.tar.gz');
    expect(second).toMatchObject({ hasMetadata: true, metadataSha256: sha256, sha256: null, yanked: null });
    expect(second?.url.href).toBe('https://pypi.example.com/simple/a-b/a_b-2.zip');
  });

  it.each([
    ['a-1.whl', 'file:///etc/passwd'],
    ['a-1.whl', 'ftp://example.com/a-1.whl'],
    ['../a-1.whl', 'https://example.com/a-1.whl'],
    ['a-1.exe', 'https://example.com/a-1.exe'],
    ['-a-1.whl', 'https://example.com/a-1.whl'],
    ['a-1.whl\nX-Header: 1', 'https://example.com/a-1.whl'],
    ['a"b-1.whl', 'https://example.com/a-1.whl'],
    ['a-1.whl', 'https://[broken/'],
  ])('leaves %j at %s out', (filename, url) => {
    expect(json({ filename, url })).toEqual([]);
    expect(html(`<a href="${url}">${filename}</a>`)).toEqual([]);
  });

  it('leaves credentials of addresses out', () => {
    expect(json({ filename: 'a-1.whl', url: 'https://me:pw@example.com/a-1.whl' })[0]?.url.href).toBe(
      'https://example.com/a-1.whl',
    );
  });

  it('is none where it is something else', () => {
    expect(() => parseSimplePage('{"error":1}', 'application/json', base)).toThrow('with no page of the simple API');
    expect(html('<html>login please</html>')).toEqual([]);
  });

  it('comes out of both forms as it went in', () => {
    const file = fc.record<IndexFile>({
      filename: fc.constantFrom('a_b-1-py3-none-any.whl', 'a_b-1+local.1.tar.gz'),
      url: fc.constant(new URL('https://pypi.example.com/files/t/x')),
      sha256: fc.constantFrom(sha256, null),
      requiresPython: fc.option(fc.string({ maxLength: 50 })),
      yanked: fc.option(fc.string({ maxLength: 50 })),
      hasMetadata: fc.boolean(),
      metadataSha256: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), (files) => {
        const shown = files.map((each) => ({ file: each, path: each.url.pathname }));
        const asJson = parseSimplePage(jsonPage('a-b', shown), 'application/json', base);
        expect(asJson).toEqual(files);
        const asHtml = parseSimplePage(htmlPage('a-b', shown), 'text/html', base);
        expect(asHtml).toEqual(files);
      }),
    );
  });

  it('is read in a time that grows with its length only', () => {
    for (const part of ['<a ', '<a href="', '<a x=\'"', '<a b=', '&', '<']) {
      const started = performance.now();
      expect([...anchors(part.repeat(200_000))].length).toBeGreaterThanOrEqual(0);
      expect(performance.now() - started).toBeLessThan(10_000);
    }
  });
});
