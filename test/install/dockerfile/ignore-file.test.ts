import { describe, expect, it } from 'vitest';
import { ignoreFileOf } from '../../../src/install/dockerfile/checkout.ts';
import { plainCheckout } from '../plain-checkout.ts';

const checkoutOf = (...paths: string[]) => plainCheckout(Object.fromEntries(paths.map((path) => [path, 'x'])));

describe('what says which files are not copied', () => {
  it.each([
    ['is the one of the Dockerfile', ['a/Dockerfile.dockerignore', '.containerignore', '.dockerignore'], 0],
    ['else the one of Podman', ['.containerignore', '.dockerignore', 'a/.dockerignore'], 0],
    ['else the one of Docker, in the folder that is copied from', ['a/.dockerignore', '.dockerignore'], 1],
  ])('%s', (_what, paths, expected) => {
    expect(ignoreFileOf(checkoutOf(...paths), 'a/Dockerfile', '.')).toBe(paths[expected]);
  });

  it('is no link, and need not be there', () => {
    expect(ignoreFileOf(plainCheckout({ '.dockerignore': '->/etc/passwd' }), 'Dockerfile', '.')).toBe(null);
    expect(ignoreFileOf(checkoutOf('Dockerfile'), 'Dockerfile', '.')).toBe(null);
  });
});
