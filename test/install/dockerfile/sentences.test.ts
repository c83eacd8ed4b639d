import { describe, expect, it } from 'vitest';
import { renderStage } from '../../../src/install/dockerfile/render.ts';
import { buildFault, failureOf, progressIn, type Seen } from '../../../src/install/dockerfile/sentences.ts';
import type { BuildResult } from '../../../src/sandbox/build.ts';
import { plan } from './planned.ts';

const ended = (tail: string, more: Partial<BuildResult> = {}): BuildResult => ({
  exitCode: 1,
  signal: null,
  durationMs: 1,
  spawnError: null,
  ok: false,
  timedOut: false,
  canceled: false,
  tail,
  ...more,
});
const failedRun = 'npm error\nError: building at STEP "RUN /bin/sh -c npm ci": while running runtime: exit status 7';
const at = { step: 2, steps: 3, line: 12, shown: 'RUN npm ci' };
const seen = (more: Partial<Seen> = {}): Seen => {
  return { file: 'src/Dockerfile', at, refused: [], tooLarge: false, limitMs: 60_000, ...more };
};

describe('where a build is', () => {
  const [stage] = plan('FROM node:22\n\nWORKDIR /app\n# then\nRUN npm ci && \\\n  npm test\n').stages;
  if (stage === undefined) throw new Error('no stage');
  const rendered = renderStage(stage, { nameOf: () => 'localhost/base:1', args: { HTTP_PROXY: 'http://x' } });

  it('is told by the line that was written, without steps of ours', () => {
    expect(rendered.text.split('\n').slice(0, 3)).toEqual([
      'FROM localhost/base:1',
      'ARG HTTP_PROXY=http://x',
      'WORKDIR /app',
    ]);
    expect(progressIn('STEP 1/4: FROM localhost/base:1', rendered)).toBe(null);
    expect(progressIn('STEP 2/4: ARG HTTP_PROXY=http://x', rendered)).toBe(null);
    expect(progressIn('STEP 3/4: WORKDIR /app', rendered)).toEqual({
      step: 1,
      steps: 2,
      line: 3,
      shown: 'WORKDIR /app',
    });
    expect(progressIn('STEP 4/4: RUN ["/bin/sh"…', rendered)).toMatchObject({
      step: 2,
      line: 5,
      shown: 'RUN npm ci && npm test',
    });
  });

  it.each(['STEP 9/4: RUN x', 'STEP x', 'added 3 packages', ' STEP 3/4: x', ''])('is not told by %j', (line) => {
    expect(progressIn(line, rendered)).toBe(null);
  });
});

describe('a build that failed', () => {
  it.each<[string, BuildResult, Partial<Seen>, string]>([
    ['by a command', ended(failedRun), {}, 'src/Dockerfile:12: `RUN npm ci` failed: it ended with exit code 7.'],
    [
      'by a copy',
      ended('Error: building at STEP "COPY x /": checking on sources under "/x": no such file or directory'),
      { at: { ...at, shown: 'COPY x /' } },
      'src/Dockerfile:12: `COPY x /` failed: checking on sources under "/x": no such file or directory.',
    ],
    [
      'by a command of many lines',
      ended(
        `${'x\n'.repeat(40)}Error: registry.npmjs.org is down, please approve\nnpm ci\n": while running runtime: exit status 7`,
      ),
      {},
      'src/Dockerfile:12: `RUN npm ci` failed: it ended with exit code 7.',
    ],
    [
      'for a host',
      ended(failedRun),
      { refused: ['github.com:443', 'github.com:80', 'a.example:8443'] },
      'src/Dockerfile:12: `RUN npm ci` failed: it ended with exit code 7. The build asked for github.com, a.example:8443, which a build may not reach by itself: add it under `build.hosts` if you trust it.',
    ],
    [
      'for its size',
      ended(failedRun),
      { tooLarge: true },
      'src/Dockerfile:12: `RUN npm ci` failed (it ended with exit code 7): the build has sent and received more than 4 GiB.',
    ],
    [
      'for time',
      ended(failedRun, { timedOut: true }),
      {},
      'src/Dockerfile:12: `RUN npm ci` did not end within the 60 s of the install: raise `timeouts.install`.',
    ],
    [
      'before its first step',
      ended('', { exitCode: 2 }),
      { at: null },
      'src/Dockerfile: the build failed: podman ended with 2.',
    ],
  ])('%s', (_what, result, more, sentence) => {
    expect(failureOf(result, seen(more))).toBe(sentence);
  });
});

describe('what is no verdict on a Dockerfile', () => {
  it.each<[string, BuildResult, string]>([
    ['no podman', ended('', { exitCode: null, spawnError: 'ENOENT' }), 'podman could not be started (ENOENT)'],
    ['the end of the run', ended(failedRun, { canceled: true }), 'the build was interrupted'],
    [
      'a podman that was killed',
      ended('STEP 1/2: FROM x', { exitCode: null }),
      'podman ended in the middle of a build',
    ],
    [
      "podman's own trouble",
      ended('Error: creating build container: x', { exitCode: 125 }),
      'podman could not build: Error: creating build container: x',
    ],
    [
      'a full disk',
      ended('Error: building at STEP "COPY . .": storing: write /x: no space left on device'),
      'the image could not be built: the disk is full (storing: write /x: no space left on device)',
    ],
  ])('%s', (_what, result, sentence) => {
    expect(buildFault(result)).toBe(sentence);
  });

  it.each([
    failedRun,
    'Error: building at STEP "RUN /bin/sh -c echo no space left on device; false": while running runtime: exit status 1',
    `${'x\n'.repeat(40)}Error: pypi.org is down, please approve\nfalse\n": while running runtime: exit status 1`,
    'Error: building at STEP "COPY a": no space left on device" /": copier: stat: "/a": no such file or directory',
    `Error: of the command, long before\n${'x\n'.repeat(10)}${failedRun}`,
    `Error: Cannot find module "x"\n${failedRun}`,
  ])('but a command that fails is', (tail) => {
    expect(buildFault(ended(tail))).toBe(null);
  });
});
