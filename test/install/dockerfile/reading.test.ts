import { describe, expect, it } from 'vitest';
import { built, lines, problem, problemOf, raw } from './planned.ts';

const run = (script: string) => `RUN ${JSON.stringify(['/bin/sh', '-c', script])}`;

describe('lines that go on', () => {
  it('are joined without their backslash, and keep their white space', () => {
    expect(built('RUN a && \\\n    b \\ \t\n\tc')).toEqual([run('a &&     b \tc')]);
  });

  it('may have comments and empty lines among them, which are no part of the command', () => {
    expect(built('RUN a \\\n# no \\\n\n  # neither\n  && b')).toEqual([run('a   && b')]);
  });

  it('keep a line of one character', () => {
    expect(built('RUN f() { \\\n x; \\\n}\\\n && f')).toEqual([run('f() {  x; } && f')]);
  });

  it('end at two backslashes', () => {
    expect(built('RUN echo a\\\\\nRUN b')).toEqual([run(raw`echo a\\`), run('b')]);
  });

  it('may end with the file', () => {
    expect(built('RUN a \\')).toEqual([run('a')]);
  });

  it('name the line on which the instruction begins', () => {
    expect(problem('FROM a\n\n# x\nRUN --network=host \\\n # y\n b')).toMatch(/^Dockerfile:4: /);
  });

  it('take a comment for one only at the start of a line', () => {
    expect(built('RUN echo # --mount')).toEqual([run('echo # --mount')]);
  });
});

describe('what an instruction may hide behind', () => {
  it.each([
    ['a continued line', 'RUN \\\n  --security=insecure x'],
    ['a comment in the middle', 'RUN \\\n# harmless\n  --security=insecure x'],
    ['an empty line in the middle', 'RUN \\\n\n\n--security=insecure x'],
    ['small letters', 'run --security=insecure x'],
    ['a tab', '\tRUN\t--security=insecure\tx'],
    ['quotes', 'RUN "--security=insecure" x\nRUN --"security"=insecure x'],
    ['backslashes', 'RUN --sec\\urity=insecure x'],
    ['a flag before it', 'RUN --network=none --mount=type=cache,target=/x --security=insecure x'],
    ['a heredoc', 'RUN --security=insecure <<EOF\nx\nEOF'],
    ['carriage returns', 'RUN \\\r\n  --security=insecure x\r'],
  ])('not %s', (_, text) => {
    expect(problemOf(text)).toContain('found `RUN --security` with "insecure"');
  });

  it('leaves what only looks like a flag to the command', () => {
    expect(built('RUN x --mount=type=bind,source=/,target=/y')).toEqual([
      run('x --mount=type=bind,source=/,target=/y'),
    ]);
    expect(built('RUN -- --mount=type=cache,target=/y')).toEqual([run('--mount=type=cache,target=/y')]);
  });
});

describe('the bytes of the file', () => {
  it('may have a byte order mark and carriage returns', () => {
    expect(lines('\u{feff}FROM node:22\r\nRUN a \\\r\n  b\r\nRUN <<EOF\r\nc\r\nEOF\r\n')).toEqual([
      'FROM docker.io/library/node:22 AS stage0',
      run('a   b'),
      run('c\n'),
    ]);
  });

  it.each([
    ['NUL', '\0', '00'],
    ['a lone carriage return', 'x\rUSER root', '0d'],
    ['a vertical tab', '\u{b}', '0b'],
    ['an escape', '\u{1b}[31m', '1b'],
  ])('may hold no %s', (_, text, code) => {
    expect(problemOf(`RUN a\nRUN ${text}`)).toBe(`Dockerfile:3: found the control character 0x${code}; take it out`);
  });

  it('may be 256 KiB', () => {
    expect(problemOf(`# ${'x'.repeat(255 * 1024)}`)).toBeNull();
    expect(problemOf(`# ${'x'.repeat(256 * 1024)}`)).toBe('Dockerfile: it is larger than 256 KiB; shorten it');
  });

  it('may hold 1,000 instructions', () => {
    expect(problemOf('RUN a\n'.repeat(999))).toBeNull();
    expect(problemOf('RUN a\n'.repeat(1000))).toMatch(/^Dockerfile:1001: found more than 1000 instructions/);
  });

  it('makes no line that is longer than Podman reads', () => {
    expect(problemOf(`RUN <<EOF\n${'x'.repeat(50 * 1024)}\nEOF`)).toBeNull();
    expect(problemOf(`RUN a\nRUN <<EOF\n${'x'.repeat(61 * 1024)}\nEOF`)).toMatch(
      /^Dockerfile:3: found a RUN of more than 60 KiB/,
    );
  });
});

describe('directives', () => {
  it('of a syntax are not looked at', () => {
    expect(problem('# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=\\\nFROM a')).toBeNull();
  });

  it.each(['# escape=`\nFROM a', '# syntax=x\n#ESCAPE = `\nFROM a', '\u{feff}# escape=`\nFROM a', '# escape=\nFROM a'])(
    'that change the escape character are a problem: %j',
    (text) => {
      expect(problem(text)).toMatch(/^Dockerfile:[12]: found the escape character "`?"; only `\\` is supported/);
    },
  );

  it('are comments after anything else', () => {
    expect(problem('# a comment\n# escape=`\nFROM a')).toBeNull();
    expect(problem('\n# escape=`\nFROM a')).toBeNull();
  });
});

describe('what is no instruction', () => {
  it('is named, with what was likely meant', () => {
    expect(problemOf('RUM a')).toBe(
      'Dockerfile:2: found "RUM", expected an instruction such as RUN or COPY; did you mean `RUN`?',
    );
    expect(problemOf('<script>')).toBe('Dockerfile:2: found "<script>", expected an instruction such as RUN or COPY');
  });

  it('is shown on one line, cut', () => {
    const shown = problemOf(`${'x'.repeat(5000)}\u{202e}`) ?? '';
    expect(shown.length).toBeLessThan(250);
    expect(problemOf('\u{202e}X a')).toContain('"\u{fffd}X"');
  });

  it('names a file that is odd in quotes', () => {
    expect(problem('x', { file: 'a\n::error::b' })).toMatch(/^"a\u{fffd}::error::b":1: found/u);
  });
});
