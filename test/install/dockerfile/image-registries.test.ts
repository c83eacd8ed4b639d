import { describe, expect, it } from 'vitest';
import { isPublic, registryOf } from '../../../src/install/dockerfile/image-registries.ts';

describe('the registry of an image', () => {
  it.each([
    ['docker.io/library/node:22', true],
    ['ghcr.io/acme/base@sha256:0', true],
    ['localhost/private:1', false],
    ['localhost:5000/x:1', false],
    ['registry.corp.example/app:1', false],
    ['docker.io.evil.example/x:1', false],
    ['docker.io:5000/x:1', false],
    ['10.0.0.1:5000/x:1', false],
  ])('of %s is open to everybody: %s', (reference, open) => {
    expect(isPublic(registryOf(reference))).toBe(open);
  });
});
