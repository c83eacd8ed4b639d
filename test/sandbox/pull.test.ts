import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/process/run.ts';
import { ImageRefused, PodmanFailed } from '../../src/sandbox/errors.ts';
import { pullError } from '../../src/sandbox/pull.ts';

const pulled = (stderr: string, more: Partial<CommandResult> = {}): CommandResult => ({
  command: 'podman pull',
  exitCode: 125,
  signal: null,
  durationMs: 1,
  spawnError: null,
  stdout: '',
  stderr,
  timedOut: false,
  canceled: false,
  ok: false,
  ...more,
});
const error = (stderr: string) => pullError('ghcr.io/a/b:1', pulled(stderr), 1000);

/** As Podman 4.3 and registries say it. */
describe('a failed pull', () => {
  it.each([
    ['reading manifest 1 in ghcr.io/a/b: manifest unknown: manifest unknown', 'does not exist in its registry'],
    ['reading manifest 1 in ghcr.io/a/b: name unknown: repository not known', 'does not exist in its registry'],
    [
      'short-name "b:1" did not resolve to an alias and no unqualified-search registries are defined',
      'write its full name',
    ],
    ['invalid reference format', 'no name of an image'],
  ])('of what is not there is a verdict: %s', (said, sentence) => {
    expect(error(`Error: initializing source docker://ghcr.io/a/b:1: ${said}`)).toBeInstanceOf(ImageRefused);
    expect(error(said).message).toContain(sentence);
  });

  it.each([
    ['reading manifest 1 in ghcr.io/a/b: unauthorized: authentication required', 'podman login'],
    [
      'reading manifest 1 in docker.io/a/b: errors:\ndenied: requested access to the resource is denied',
      'podman login',
    ],
    ['reading manifest: toomanyrequests: You have reached your pull rate limit', 'rate limit'],
    [
      'pinging container registry: Get "https://x/v2/": http: server gave HTTP response to HTTPS client',
      'speaks no TLS',
    ],
    ['writing blob: storing blob to file: write /var/tmp/x: no space left on device', 'disk is full'],
    ['pinging container registry x: Get "https://x/v2/": dial tcp: lookup x: no such host', 'no such host'],
    ['', 'could not be pulled'],
  ])('of what cannot be had now is infrastructure: %s', (said, sentence) => {
    expect(error(`Error: ${said}`)).toBeInstanceOf(PodmanFailed);
    expect(error(`Error: ${said}`).message).toContain(sentence);
  });

  it('for another processor is a verdict of its own', () => {
    const said =
      'Error: choosing an image from manifest list: no image found in image index for architecture amd64, variant "", OS linux';
    expect(error(said)).toMatchObject({ outcome: 'unsupported_platform' });
  });

  it('that took too long says how long', () => {
    expect(pullError('x', pulled('', { timedOut: true }), 600_000).message).toContain('600 s');
  });
});
