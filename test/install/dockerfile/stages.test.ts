import { describe, expect, it } from 'vitest';
import { lines, plan, problem } from './planned.ts';

const hub = 'docker.io/library/';

describe('the image that a stage begins from', () => {
  it.each([
    ['node', `${hub}node:latest`],
    ['node:22', `${hub}node:22`],
    ['docker:24', `${hub}docker:24`],
    ['mcp/fetch', 'docker.io/mcp/fetch:latest'],
    ['docker.io/node:22', `${hub}node:22`],
    ['index.docker.io/mcp/x:1', 'docker.io/mcp/x:1'],
    ['ghcr.io/acme/server', 'ghcr.io/acme/server:latest'],
    ['localhost/mine:1', 'localhost/mine:1'],
    ['localhost:5000/mine', 'localhost:5000/mine:latest'],
    [`node@sha256:${'a'.repeat(64)}`, `${hub}node@sha256:${'a'.repeat(64)}`],
    [`node:22@sha256:${'a'.repeat(64)}`, `${hub}node:22@sha256:${'a'.repeat(64)}`],
  ])('%s is %s', (given, full) => {
    expect(plan(`# x\nFROM --platform=$BUILDPLATFORM ${given} as build`).bases).toEqual([{ reference: full, line: 2 }]);
  });

  it('is one of twenty at most', () => {
    const copies = (count: number) =>
      `FROM scratch\n${Array.from({ length: count }, (_, at) => `COPY --from=a:${at} /x /x\n`).join('')}COPY --from=a:0 /y /y`;
    expect(plan(copies(20)).bases).toHaveLength(20);
    expect(problem(copies(21))).toBe(
      'Dockerfile:22: found more than 20 images that it begins or copies from; take what is not needed out',
    );
  });

  it.each([
    'docker://node:22',
    'oci:/etc',
    'oci:dir',
    'dir:/etc',
    'containers-storage:node',
    'docker-archive:/tmp/x.tar',
    'docker-daemon:node:22',
    'OCI-ARCHIVE:x',
    'https://example.org/x',
    '/etc',
    './x',
    '../x',
    'node:22:23',
    'Node:22',
    'node@sha256:1',
  ])('%s is a problem, also where a variable hides it', (given) => {
    expect(problem(`FROM ${given}`)).toMatch(/^Dockerfile:1: /);
    expect(problem(`ARG A=${given}\n\nFROM $A`)).toMatch(/^Dockerfile:3: /);
    expect(problem(`ARG A\nFROM \${A:-${given}}`)).toMatch(/^Dockerfile:2: /);
    expect(problem('ARG A=node\nFROM $A', { args: { A: given } })).toMatch(/^Dockerfile:2: /);
    expect(problem(`FROM node\nCOPY --from=${given} /a /b`)).toMatch(/^Dockerfile:2: /);
    expect(problem(`FROM node\nRUN --mount=type=bind,from=${given},target=/b x`)).toMatch(/^Dockerfile:2: /);
  });

  it.each([
    ['a space', 'ARG A="node AS x"\nFROM $A'],
    ['an option', 'ARG A=--help\nFROM $A'],
    ['nothing', 'ARG A\nFROM $A'],
  ])('is no text with %s', (_, text) => {
    expect(problem(text)).toMatch(/^Dockerfile:2: found an empty name|^Dockerfile:2: ".*" is not/);
  });

  it.each(['FROM', 'FROM a b', 'FROM a AS', 'FROM a AS b c', 'FROM a AS -b', 'FROM a AS scratch'])(
    '%s is a problem',
    (text) => {
      expect(problem(text)).toMatch(/^Dockerfile:1: found/);
    },
  );

  it('may have no flag but the platform', () => {
    expect(problem('FROM --foo=x a')).toContain('found the flag "--foo=x" of FROM');
  });

  it('is asked for by the name that it has on this machine', () => {
    const imageOf = (name: string) => `local/${name.replaceAll(/[^a-z]/g, '')}:1`;
    expect(lines('FROM scratch\nCOPY --from=alpine /a /b', {}, { imageOf })).toEqual([
      'FROM local/scratch:1 AS stage0',
      'COPY --from=local/dockeriolibraryalpinelatest:1 ["./a","/b"]',
    ]);
    expect(plan('FROM scratch').usesScratch).toBe(true);
    expect(plan('FROM node').usesScratch).toBe(false);
    expect(() => lines('FROM node', {}, { imageOf: () => 'a\nRUN b' })).toThrow('is not the name of an image');
  });
});

describe('variables before the first FROM', () => {
  it('come from defaults, from what is asked for, and from the platform', () => {
    const text = 'ARG NAME=node\nARG TAG=${V:-22}-x\nARG V=1\nFROM ${NAME}:$TAG${V:+-a}${TARGETVARIANT}-$TARGETARCH';
    expect(plan(text).bases[0]?.reference).toBe(`${hub}node:22-x-a-amd64`);
    expect(plan(text, { arch: 'arm64', args: { NAME: 'python' } }).bases[0]?.reference).toBe(
      `${hub}python:22-x-a-arm64`,
    );
  });

  it('reach a stage only where it declares them', () => {
    const text =
      'ARG A=1\nARG B=2\nFROM node\nARG A\nARG B=3\nARG TARGETPLATFORM\nARG C\nENV X=$A-$B-$C-$TARGETPLATFORM';
    expect(lines(text).slice(1)).toEqual([
      'ARG A=1',
      'ARG B=3',
      'ARG TARGETPLATFORM=linux/amd64',
      'ARG C',
      'ENV X="1-3-${C}-linux/amd64"',
    ]);
    expect(lines(text, { args: { A: 'x y', B: '$B"\\' } }).slice(1, 3)).toEqual(['ARG A="x y"', 'ARG B="\\$B\\"\\\\"']);
  });

  it('must be declared to be asked for', () => {
    expect(problem('ARG VERSION\nFROM node', { args: { VERSON: '1' } })).toBe(
      'Dockerfile: no ARG of it declares "VERSON", for which a value was given; did you mean `VERSION`?',
    );
    expect(problem('FROM node', { args: { A: '1' } })).toBe(
      'Dockerfile: no ARG of it declares "A", for which a value was given',
    );
  });

  it('cannot bring another line with them', () => {
    expect(problem('ARG A\nFROM node\nARG A\nENV B=$A', { args: { A: 'x\nRUN --mount=type=bind y' } })).toContain(
      'the value given for "A" holds a control character',
    );
  });

  it('are all that may stand there', () => {
    expect(problem('ENV A=b\nFROM node')).toBe('Dockerfile:1: found ENV before the first FROM, expected ARG or FROM');
    expect(problem('ARG A=b\n')).toBe('Dockerfile: it has no FROM; expected the image that it begins from');
    expect(problem('')).toBe('Dockerfile: it has no FROM; expected the image that it begins from');
  });
});

describe('stages', () => {
  const text = [
    'FROM node AS Base',
    'SHELL ["/bin/bash", "-c"]',
    'ARG A=1',
    'ENV E=e',
    'FROM golang AS unused',
    'RUN --network=host x',
    'FROM base AS build',
    'RUN a',
    'FROM alpine AS other',
    'COPY --from=BUILD /a /b',
    'COPY --from=0 $E /c',
  ];

  it('are kept where the target needs them, under names of ours', () => {
    expect(lines(text.slice(0, -1).join('\n'))).toEqual([
      `FROM ${hub}node:latest AS stage0`,
      'ARG A=1',
      'ENV E=e',
      'FROM stage0 AS stage1',
      'ARG A=1',
      'RUN ["/bin/bash","-c","a"]',
      `FROM ${hub}alpine:latest AS stage2`,
      'COPY --from=stage1 ["./a","/b"]',
    ]);
    expect(plan(text.slice(0, -1).join('\n')).bases.map(({ line }) => line)).toEqual([1, 9]);
  });

  it('are judged only where they are needed', () => {
    expect(problem(text.join('\n'), { target: 'build' })).toBeNull();
    expect(problem(text.join('\n'), { target: 'unused' })).toMatch(/^Dockerfile:6: .*network/);
  });

  it('do not hand variables to a stage that only copies from them', () => {
    expect(problem(text.join('\n'))).toMatch(/^Dockerfile:11: found "\$E" as a source of COPY/);
  });

  it('are built up to the target, by name in any case or by number', () => {
    for (const target of ['Build', 'BUILD', '2']) {
      expect(lines(text.join('\n'), { target }).filter((line) => line.startsWith('FROM'))).toHaveLength(2);
    }
    expect(lines(text.join('\n'), { target: '0' })).toHaveLength(3);
    expect(problem(text.join('\n'), { target: 'biuld' })).toBe(
      'Dockerfile: it has no stage "biuld"; it has "base", "unused", "build", "other"; did you mean `build`?',
    );
    expect(problem('FROM a', { target: '1' })).toBe('Dockerfile: it has no stage "1"; its stages have no names');
  });

  it('cannot be named before they begin', () => {
    expect(problem('FROM late\nFROM a AS late', { target: '0' })).toMatch(
      /^Dockerfile:1: found the stage "late" .* line 2/,
    );
    expect(problem('FROM a\nCOPY --from=late /a /b\nFROM a AS late', { target: '0' })).toMatch(
      /^Dockerfile:2: found the stage "late"/,
    );
    expect(problem('FROM a AS self\nCOPY --from=self /a /b')).toMatch(/^Dockerfile:2: found the stage "self"/);
    expect(problem('FROM a\nCOPY --from=0 /a /b')).toMatch(/^Dockerfile:2: found "0" after `from=`/);
    expect(problem('FROM a AS x\nFROM b AS X')).toMatch(
      /^Dockerfile:2: found a second stage "x"; the first is on line 1/,
    );
  });

  it('hide no image behind `from`', () => {
    expect(problem('FROM a\nARG B=b\nCOPY --from=$B /a /b')).toMatch(/^Dockerfile:3: found "\$B" after `from=`/);
    expect(problem('FROM a\nCOPY --from=scratch /a /b')).toMatch(/^Dockerfile:2: found `scratch`/);
  });

  it('are no more than 100', () => {
    expect(problem('FROM a\n'.repeat(100))).toBeNull();
    expect(problem('FROM a\n'.repeat(101))).toMatch(/^Dockerfile:101: found more than 100 stages/);
  });

  it('cannot keep the proxy of the build in the image', () => {
    const own = 'FROM a\nARG HTTP_PROXY\nENV A=$HTTP_PROXY B=${https_proxy:-b}\nUSER a$NO_PROXY';
    expect(lines(own, {}, { args: { HTTP_PROXY: 'http://x' } }).slice(2)).toEqual(['ENV A="" B=b', 'USER a']);
  });

  it('all begin with our variables, which nothing of theirs replaces, and bear no labels', () => {
    const own =
      'FROM a AS b\nARG http_proxy=evil\nARG HTTP_PROXY\nLABEL ours=theirs\nENV http_proxy=x\nENV A=1 https_proxy=x Http_Proxy=y\nRUN c\nFROM b\nLABEL ours=x';
    const options = { args: { HTTP_PROXY: 'http://127.0.0.1:1', B: 'a "b" $c' } };
    const ours = ['ARG HTTP_PROXY=http://127.0.0.1:1', 'ARG B="a \\"b\\" \\$c"'];
    expect(lines(own, {}, options)).toEqual([
      `FROM ${hub}a:latest AS stage0`,
      ...ours,
      'ENV A=1 https_proxy=x',
      'RUN ["/bin/sh","-c","c"]',
      'FROM stage0 AS stage1',
      ...ours,
    ]);
    expect(() => lines(own, {}, { args: { a: 'b\nRUN c' } })).toThrow('cannot be written as a line');
  });
});
