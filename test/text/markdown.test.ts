import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownCode, markdownFence, markdownText, terminalText } from '../../src/text/untrusted.ts';
import { hostileText } from './hostile.ts';

const apart = '\u200b';

/** What a browser shows of Markdown that consists of text and character references. */
function shown(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

function onOneLine(text: string): string {
  return terminalText(text, { maxLine: 10_000 }).replaceAll('\n', '⏎').replaceAll('\t', ' ').trim();
}

function withoutReferences(markdown: string): string {
  return markdown.replace(/&#\d+;/g, '¦');
}

describe('markdownText', () => {
  it.each([
    ['</td><script>', '</td><script>'],
    ['a|b', 'a|b'],
    ['`x` **b** _i_', '`x` **b** _i_'],
    ['![i](u)', '![i](u)'],
    ['hi @octocat', `hi @${apart}octocat`],
    ['see #12, GH-7', `see #${apart}12, GH-${apart}7`],
    ['http://x.co', `http:${apart}//x.co`],
    ['www.x.co', `www.${apart}x.co`],
    [':tada:', `:${apart}tada:`],
    ['- item', '- item'],
    ['1. item', '1. item'],
    ['1.2.0 at 10:00:00', '1.2.0 at 10:00:00'],
    ['a\nb', 'a⏎b'],
    ['é 日本', 'é 日本'],
  ])('shows %j without effect', (text, expected) => {
    const markdown = markdownText(text, 100);
    expect(shown(markdown)).toBe(expected);
    expect(withoutReferences(markdown)).not.toMatch(/[<>&"'`*_~|[\]\\#@$]|^[-+=]|^\d+[.)](?:\s|$)/);
  });

  it('holds nothing that Markdown or HTML reads, and shows all that was there', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const markdown = markdownText(text, 10_000);
        expect(withoutReferences(markdown)).not.toMatch(/[<>&"'`*_~|[\]\\#@$\n\r]|:\/\/|:(?!\d\d:)[\w+-]+:|www\./);
        expect(shown(markdown)).not.toMatch(/@[a-z0-9]|#\d|GH-\d|:\/\/|www\.\w/i);
        expect(shown(markdown).replaceAll(apart, '')).toBe(onOneLine(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('shows at most max characters', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(80), (text, max) => {
        expect(shown(markdownText(text, max)).replaceAll(apart, '').length).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('markdownCode', () => {
  it('cannot be left', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const inner = /^<code>(.+)<\/code>$/.exec(markdownCode(text))?.[1] ?? '<';
        expect(withoutReferences(inner)).not.toMatch(/[<>&"'`*_~|[\]\\#@$\n\r]|:\/\/|www\./i);
      }),
      { numRuns: 2000 },
    );
  });

  it('can be copied: names of packages hold nothing that was not there', () => {
    expect(shown(markdownCode('npm:@acme/server@1.2.3'))).toBe('<code>npm:@acme/server@1.2.3</code>');
    expect(shown(markdownCode('https://x.co/a_b'))).toBe('<code>https://x.co/a_b</code>');
  });
});

describe('markdownFence', () => {
  it('is closed by its own last line only', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, info) => {
        const [open = '', ...lines] = markdownFence(text, info).split('\n');
        const fence = /^(`{3,16})[A-Za-z0-9-]*$/.exec(open)?.[1] ?? 'none';
        expect(lines.pop()).toBe(fence);
        for (const line of lines) expect(line.includes(fence)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('stays bounded', () => {
    const fence = markdownFence('`'.repeat(1_000_000), 'text');
    expect(fence.length).toBeLessThan(2000);
    expect(markdownFence('`'.repeat(500))).toContain(`${'`'.repeat(15)}… (485 more backticks)`);
    expect(markdownFence('x\n'.repeat(100_000)).length).toBeLessThan(1_100_000);
  });
});
