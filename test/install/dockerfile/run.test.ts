import { describe, expect, it } from 'vitest';
import { built, lines, plan, problemOf, raw } from './planned.ts';

const run = (script: string) => `RUN ["/bin/sh","-c",${JSON.stringify(script).replaceAll('<<', raw`\u003c<`)}]`;

describe('a command', () => {
  it('is given to the shell as it stands, quotes and variables too', () => {
    expect(built(raw`RUN echo "a" 'b' $HOME ${'$'}{X%.*} \n  `)).toEqual([
      run(raw`echo "a" 'b' $HOME ${'$'}{X%.*} \n`),
    ]);
  });

  it('in exec form stays in it', () => {
    expect(built('RUN [ "npm",  "ci" ]')).toEqual(['RUN ["npm","ci"]']);
    expect(built('RUN ["npm", \\\n# x\n "ci"]')).toEqual(['RUN ["npm","ci"]']);
    expect(built(raw`RUN ["a\u0041\n\t"]`)).toEqual([raw`RUN ["aA\n\t"]`]);
  });

  it('that only looks like one is for the shell', () => {
    expect(built("RUN ['a']")).toEqual([run("['a']")]);
    expect(built('RUN [ -f x ] && y')).toEqual([run('[ -f x ] && y')]);
  });

  it('may be no list of other things, and not nothing', () => {
    expect(problemOf('RUN ["a", 1]')).toContain('something else than texts');
    expect(problemOf('RUN []')).toContain('RUN with an empty list');
    expect(problemOf('RUN')).toContain('found RUN and nothing after it');
    expect(problemOf('RUN --network=none')).toContain('found RUN and nothing after it');
    expect(problemOf(raw`RUN ["a\u0000"]`)).toContain('0x00');
  });

  it('is started by the shell that was named last', () => {
    expect(built('RUN a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN b\nCMD c')).toEqual([
      run('a'),
      'RUN ["/bin/bash","-o","pipefail","-c","b"]',
      'CMD ["/bin/bash","-o","pipefail","-c","c"]',
    ]);
    expect(problemOf('SHELL bash')).toContain('expected a list in JSON');
    expect(problemOf('SHELL []')).toContain('expected a list in JSON');
  });
});

describe('a heredoc', () => {
  it('alone is the script', () => {
    expect(built('RUN <<EOF\necho a\n\n  FROM b\nEOF\nRUN c')).toEqual([run('echo a\n\n  FROM b\n'), run('c')]);
    expect(built("RUN <<-'E F'\n\t\ta\n\tb\n\tE F\nRUN c")).toEqual([run('a\nb\n'), run('c')]);
    expect(built('RUN 3<<"EOF"\na\nEOF')).toEqual([run('a\n')]);
  });

  it('in a command goes to the shell with it', () => {
    expect(built('RUN cat <<EOF > /x && y\n$a \\\n# b\nEOF\nRUN c')).toEqual([
      run('cat <<EOF > /x && y\n$a \\\n# b\nEOF'),
      run('c'),
    ]);
    expect(built('RUN cat <<A <<-B\na\nA\n\tb\n\tB\nRUN c')).toEqual([run('cat <<A <<-B\na\nA\n\tb\nB'), run('c')]);
  });

  it('is none in quotes, in JSON, or of another kind', () => {
    expect(built('RUN echo "a <<EOF"\nUSER b')).toEqual([run('echo "a <<EOF"'), 'USER b']);
    expect(built(raw`RUN echo \<<EOF${'\n'}USER b`)).toEqual([run(raw`echo \<<EOF`), 'USER b']);
    expect(built("RUN cat <<<x; echo $((1<<2)) it's <<X\nUSER b")).toHaveLength(2);
    expect(built('RUN ["cat", "<<EOF"]\nUSER b')).toEqual([raw`RUN ["cat","\u003c<EOF"]`, 'USER b']);
  });

  it('hides no instruction, and none hides in it', () => {
    expect(built('RUN <<EOF\nEOF \n EOF\nRUN --mount=type=bind x\nEOF')).toEqual([
      run('EOF \n EOF\nRUN --mount=type=bind x\n'),
    ]);
    expect(problemOf('RUN "<<EOF"\nRUN --security=insecure x')).toContain('--security');
  });

  it('must end', () => {
    expect(problemOf('RUN a\nRUN <<EOF\nEOF2')).toMatch(/^Dockerfile:3: found the heredoc "EOF" without its end/);
  });

  it('with an interpreter is a problem', () => {
    expect(problemOf('RUN <<EOF\n#!/usr/bin/env python\nEOF')).toMatch(/^Dockerfile:2: .*commit the script/);
    expect(problemOf('RUN cat <<EOF > x\n#!/bin/sh\nEOF')).toBeNull();
  });

  it('is no way to write a file by COPY', () => {
    expect(problemOf('COPY <<EOF /x\na\nEOF')).toMatch(/^Dockerfile:2: found a heredoc in COPY.*commit the file/);
  });

  it('is read over where the instruction is left out', () => {
    expect(built('ONBUILD RUN <<EOF\nRUN a\nEOF\nRUN b')).toEqual([run('b')]);
  });
});

describe('mounts', () => {
  it.each([
    'type=cache,target=/root/.cache',
    'type=cache,target=/x,from=docker://a,id=b,sharing=locked',
    'type=tmpfs,target=/x',
    'type=secret,id=a',
    'type=secret,id=a,required=false',
    'type=ssh',
  ])('that change nothing in the image are left out: %s', (mount) => {
    expect(built(`RUN --mount=${mount} x`)).toEqual([run('x')]);
    expect(plan(`FROM node\nRUN --mount=${mount} x`).bases).toHaveLength(1);
  });

  it.each(['type=secret,id=a,required', 'type=secret,id=a,required=true', 'type=ssh,required=1', 'TYPE=ssh,Required'])(
    'that a build cannot have are a problem: %s',
    (mount) => {
      expect(problemOf(`RUN --mount=${mount} x`)).toMatch(/is required; builds get no secrets/);
    },
  );

  it.each([
    ['source=a.json,target=a.json', 'COPY ["./a.json","a.json"]'],
    ['type=bind,src=/a,dst=/b,rw', 'COPY ["./a","/b"]'],
    ['type=bind,target=.', 'COPY ["./","."]'],
    ['type=bind,source=.,destination=/src,readonly', 'COPY [".","/src"]'],
    ['type=bind,source=$A/b,target=/${A}', 'COPY ["./v/b","/v"]'],
    [raw`type=bi"n"d\,"source=/a",'target=/b'`, 'COPY ["./a","/b"]'],
    ['type=bind,from=first,source=/a,target=/b', 'COPY --from=stage0 ["./a","/b"]'],
    ['type=bind,from=alpine,source=/a,target=/b', 'COPY --from=docker.io/library/alpine:latest ["./a","/b"]'],
  ])('that bind are copies: %s', (mount, copy) => {
    const text = `FROM a AS first\nFROM b\nENV A=v\nRUN --mount=type=cache,target=/c --mount=${mount} --network=none x`;
    expect(lines(text).slice(-2)).toEqual([copy, run('x')]);
  });

  it.each([
    ['source=/etc', 'without `target`'],
    ['source=../x,target=/y', 'without `..`'],
    ['source=$UNSET,target=/y', 'has no value before the build'],
    ['type=binds,target=/y', 'did you mean `bind`?'],
    ['type=npipe,target=/y', 'expected bind, cache, tmpfs, secret, ssh'],
    ['target=/x,source=\\"/a\\"', 'found a quotation mark'],
  ])('%s: %s', (mount, sentence) => {
    expect(problemOf(`RUN --mount=${mount} x`)).toContain(sentence);
  });
});

describe('flags', () => {
  it('of the network are left out, but for the host', () => {
    expect(built('RUN --network=none a\nRUN --network=default b')).toEqual([run('a'), run('b')]);
    expect(problemOf('RUN --network=host a')).toMatch(/^Dockerfile:2: found `RUN --network` with "host"/);
  });

  it('that nobody knows are named', () => {
    expect(problemOf('RUN --device=/dev/kvm a')).toContain('found the flag "--device=/dev/kvm" of RUN');
    expect(problemOf('RUN --mounts=type=cache a')).toContain('did you mean `mount`?');
  });
});
