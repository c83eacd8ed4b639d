import * as fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { xmlBlock, xmlLine, xmlWithoutCommands } from '../../src/text/xml.ts';
import { hostileText } from './hostile.ts';
import { commandsIn } from './runner-rules.ts';

describe('xmlLine', () => {
  it('is one line of legal characters, with every ampersand escaped', () => {
    expect(xmlLine('a\r\nb\u0000&lol;\ud800\ufffe', 100)).toBe('a⏎b\\u{0}&amp;lol;\\u{d800}\\u{fffe}');
    fc.assert(
      fc.property(hostileText, (text) => {
        // https://www.w3.org/TR/xml/#charsets
        expect(xmlBlock(text)).not.toMatch(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|&(?!amp;)/u);
        expect(xmlLine(text, 1000)).not.toMatch(/[\n\r]|&(?!amp;)/);
      }),
    );
  });

  it('cuts before it escapes', () => {
    expect(xmlLine('&'.repeat(1000), 100)).toMatch(/^(&amp;)+… \(\d+ more characters\)$/);
  });
});

describe('xmlWithoutCommands', () => {
  it('changes how commands are written, not what is read', () => {
    const xml = '<a>\n  ::error::x\n::b::\n##[error]y ####[</a>';
    const quiet = xmlWithoutCommands(xml);
    expect(commandsIn(quiet)).toEqual([]);
    const reader = new XMLParser({ trimValues: false, htmlEntities: true });
    expect(reader.parse(quiet)).toEqual(reader.parse(xml));
  });
});
