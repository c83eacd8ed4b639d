import { describe, expect, it } from 'vitest';
import { built, lines, problemOf, raw } from './planned.ts';

describe('what an image is told', () => {
  it.each([
    ['ENV A=1 B="two words" C=three\\ words', 'ENV A=1 B="two words" C="three words"'],
    ['ENV A two  words', 'ENV A="two  words"'],
    ['ENV A=\'$x "y" \\z\'', raw`ENV A="\$x \"y\" \\z"`],
    ['ENV PATH=/a:$PATH', 'ENV PATH="/a:${PATH}"'],
    ['ENV A=${X:-"y z"} B=${X:+a${Y:-b}}', 'ENV A="${X:-y z}" B="${X:+a${Y:-b}}"'],
    ['ENV A=$1$@$ B=$', 'ENV A="\\$" B="\\$"'],
    ['ENV A=', 'ENV A=""'],
    ['ENV A="x"\'y\'z', 'ENV A=xyz'],
    ['WORKDIR /a b', 'WORKDIR "/a b"'],
    ['WORKDIR --link', 'WORKDIR "--link"'],
    ['USER $UID:root', 'USER "${UID}:root"'],
    ['EXPOSE 80 8080/tcp 9000-9010/UDP', 'EXPOSE 80 8080/tcp 9000-9010/UDP'],
    ['VOLUME /a  /b', 'VOLUME ["/a","/b"]'],
    ['VOLUME ["/a b"]', raw`VOLUME ["\"/a b\""]`],
    ['STOPSIGNAL SIGINT', 'STOPSIGNAL SIGINT'],
    ['ENTRYPOINT ["node", "a.js"]', 'ENTRYPOINT ["node","a.js"]'],
    ['ENTRYPOINT exec node $X', 'ENTRYPOINT ["/bin/sh","-c","exec node $X"]'],
    ['CMD []', 'CMD []'],
  ])('%s', (given, canonical) => {
    // A flag at the start is one to Docker, unless it stands after `--`.
    expect(built(given.replace('WORKDIR --', 'WORKDIR -- --'))).toEqual([canonical]);
  });

  it('is left out where ours must stand, or nothing here reads it', () => {
    expect(
      built('LABEL a=b \\\n c=d\nMAINTAINER x\nHEALTHCHECK --interval=5s CMD x\nHEALTHCHECK NONE\nONBUILD RUN x'),
    ).toEqual([]);
  });

  it('is declared as its volumes when no command can follow, with those of the stages that it begins from', () => {
    const text =
      'FROM a AS one\nVOLUME /x\nRUN one\nFROM b AS two\nVOLUME /y\nFROM one\nVOLUME /z\nRUN two\nCOPY --from=two /y /y';
    expect(lines(text).filter((line) => /^(?:FROM|RUN|VOLUME)/u.test(line))).toEqual([
      expect.stringMatching(/^FROM .*AS stage0$/u),
      'RUN ["/bin/sh","-c","one"]',
      expect.stringMatching(/^FROM .*AS stage1$/u),
      'FROM stage0 AS stage2',
      'RUN ["/bin/sh","-c","two"]',
      'VOLUME ["/x"]',
      'VOLUME ["/z"]',
    ]);
  });

  it('may hold every character that a list in JSON can', () => {
    expect(built('CMD ["\\u007f\\u0001<<x"]')).toEqual(['CMD ["\\u007f\\u0001\\u003c<x"]']);
  });

  it('leaves out a port that only the base image knows', () => {
    expect(built('ENV P="1 2"\nEXPOSE $P $Q').at(-1)).toBe('EXPOSE 1 2');
    expect(built('EXPOSE $Q')).toEqual([]);
  });

  it('leaves out a volume that only the base image knows', () => {
    expect(built('ENV A=x\nVOLUME /$A /b$X\nENV X=y').at(-1)).toBe('VOLUME ["/x"]');
    expect(built('VOLUME $X')).toEqual([]);
  });

  it.each([
    ['ENV A=a\\', 'ENV A=a'],
    ['ENV A=a\\\\\nUSER b', raw`ENV A="a\\"`],
    ['ENV A="a\\\\" \\\n', raw`ENV A="a\\"`],
    ["ENV A 'a\\'", raw`ENV A="a\\"`],
    ["WORKDIR 'a\\'", raw`WORKDIR "a\\"`],
    ["USER '<<EOF'", 'USER "<""<EOF"'],
    ["ENV A='<<<' B=${X:-<<EOF}", 'ENV A="<""<""<" B="${X:-\\<\\<EOF}"'],
  ])('cannot go on in the next line: %j', (given, canonical) => {
    const [first = ''] = built(given);
    expect(first).toBe(canonical);
    expect(first).not.toMatch(/\\\s*$/);
  });

  it.each([
    ['ENV', 'found ENV and nothing after it'],
    ['ENV A', 'expected NAME=VALUE'],
    ['ENV A=1 B', 'expected NAME=VALUE'],
    ['ENV 1=2', 'expected letters, digits'],
    ['ENV $A=2', 'expected letters, digits'],
    ['ENV A="x', 'a quotation mark without its other half'],
    ["ENV A='x", 'a quotation mark without its other half'],
    ['ENV A=${x', 'that is not supported'],
    ['ENV A=${x:-y', 'without its `}`'],
    ['ENV A=${x#y}', 'that is not supported'],
    ['ENV A=${x-y}', 'write `${x:-…}`'],
    ['ARG A=1 2', 'as a name of ARG'],
    ['ARG', 'found ARG and nothing after it'],
    ['WORKDIR', 'found WORKDIR and nothing after it'],
    ['USER', 'found USER and nothing after it'],
    ['EXPOSE a', 'expected a port'],
    ['VOLUME []', 'an empty list'],
    ['VOLUME ["/p,lowerdir=/home"]', 'found the volume "/p,lowerdir=/home"'],
    ['ENV A=:\nVOLUME /a /b${A}exec', 'found the volume "/b:exec"'],
    ['CMD --x y', 'found the flag "--x" of CMD'],
    ['ENV --x A=b', 'found the flag "--x" of ENV'],
    ['CMD', 'found CMD and nothing after it'],
    ['ENTRYPOINT [1]', 'something else than texts'],
  ])('%s is a problem', (given, sentence) => {
    expect(problemOf(given)).toMatch(/^Dockerfile:[23]: /);
    expect(problemOf(given)).toContain(sentence);
  });
});

describe('values', () => {
  it('tell what is unset from what is empty where ARG says so', () => {
    expect(built('ARG E=\nENV A=${E-x} B=${E:-x} C=${E+x} D=${E:+x}').at(-1)).toBe('ENV A="" B=x C=x D=""');
  });

  it('of ENV go before those of ARG, and are read as they were before the instruction', () => {
    expect(built('ENV A=1\nARG A=2\nENV A=3 B=$A').at(-1)).toBe('ENV A=3 B=1');
  });

  it('that the base image knows stay unknown where they are used again', () => {
    expect(built('ENV P=/a:$PATH\nENV Q=$P').at(-1)).toBe('ENV Q="${P}"');
  });
});
