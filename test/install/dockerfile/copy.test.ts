import { describe, expect, it } from 'vitest';
import { built, plan, problemOf, raw } from './planned.ts';

describe('COPY and ADD', () => {
  it.each([
    ['COPY . .', 'COPY [".","."]'],
    ['COPY / /x/', 'COPY ["./","/x/"]'],
    ['copy\ta  b\t/c/', 'COPY ["./a","./b","/c/"]'],
    ['COPY package*.json ./', 'COPY ["./package*.json","./"]'],
    ['COPY ["a b", "/c d"]', raw`COPY ["\"./a b\"","\"/c d\""]`],
    ['COPY --link --chown=node:node --chmod=755 a /b', 'COPY --chown=node:node --chmod=755 ["./a","/b"]'],
    ['ADD --chown=1000 . /b', 'ADD --chown=1000 [".","/b"]'],
    ['ADD a.tar.gz /b', 'ADD ["./a.tar.gz","/b"]'],
    ['COPY -- --from=x /b', 'COPY ["./--from=x","/b"]'],
    ['COPY a --from=x', raw`COPY ["./a","\"--from=x\""]`],
    [raw`COPY ["a\n<<EOF\\", "b"]`, raw`COPY ["\"./a\n<\"\"<EOF\"","b"]`],
  ])('%s', (given, canonical) => {
    expect(built(given)).toEqual([canonical]);
  });

  it('put in the variables that are known, and leave those of the base image to the target', () => {
    expect(built('ARG U=1000\nENV D=/d\nCOPY --chown=$U:${U} $D/x ${HOME:-"/h\'}"}/$D').at(-1)).toBe(
      raw`COPY --chown=1000:1000 ["./d/x","\"${'$'}{HOME:-/h\\'\\}}//d\""]`,
    );
  });

  it.each([
    ['COPY --parents a /b', 'the flag "--parents" of COPY'],
    ['COPY --exclude=x a /b', 'the flag "--exclude=x" of COPY'],
    ['COPY --form=x a /b', 'did you mean `from`?'],
    ['COPY --chown=a --chown=b a /b', 'twice'],
    ['ADD --from=x a /b', 'the flag "--from=x" of ADD'],
    ['ADD --checksum=sha256:1 a /b', 'put what it fetches into the repository'],
    ['ADD --keep-git-dir=true a /b', 'put what it fetches into the repository'],
    ['COPY a', 'expected one or more sources and a target'],
    ['COPY', 'expected one or more sources and a target'],
    ['COPY ["a"]', 'expected one or more sources and a target'],
    ['COPY ../a /b', 'without `..`'],
    ['COPY a/../../b /b', 'without `..`'],
    ['COPY "a b" /c', 'a quotation mark without its other half'],
    ['COPY $UNSET/a /b', 'has no value before the build'],
    ['COPY --chown=$UNSET a /b', 'has no value before the build'],
    ['COPY --chown= a /b', 'expected USER or USER:GROUP'],
    ['COPY --chown="a --from=b" a /b', 'expected USER or USER:GROUP'],
    ['COPY --chmod=u+x a /b', 'expected an octal number'],
    ['ENV E=""\nCOPY $E /b', 'an empty source'],
  ])('%s is a problem', (given, sentence) => {
    expect(problemOf(given)).toContain(sentence);
  });

  it.each(['https://x/y', 'HTTP://x/y', 'git://x/y', 'git@github.com:a/b', 'ssh://x', 'github.com/a/b', 'a@b:c'])(
    'take nothing from the address %s',
    (address) => {
      expect(problemOf(`ADD ${address} /b`)).toContain('fetch it in a RUN from a package host');
      expect(problemOf(`ARG A=${address}\nADD $A /b`)).toContain('fetch it in a RUN');
      expect(problemOf(`ADD ["${address}", "/b"]`)).toContain('fetch it in a RUN');
      expect(problemOf(`ADD \${HOME:-${address}} /b`)).toContain('has no value before the build');
      expect(problemOf(`COPY ${address} /b`)).toContain('fetch it in a RUN');
    },
  );

  it('name each image that is copied from once, by its first line', () => {
    const bases = plan(
      'FROM a\nCOPY --from=b:1 /x /y\nCOPY --from=docker.io/library/b:1 /x /y\nCOPY --from=a /x /y',
    ).bases;
    expect(bases).toEqual([
      { reference: 'docker.io/library/a:latest', line: 1 },
      { reference: 'docker.io/library/b:1', line: 2 },
    ]);
  });
});
