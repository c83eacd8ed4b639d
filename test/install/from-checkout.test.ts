import { describe, expect, it } from 'vitest';
import type { Start } from '../../src/discovery/model.ts';
import { installCheckout, type Tools } from '../../src/install/from-checkout.ts';
import { checkoutOf, foundAs } from '../podman/python-checkout.ts';
import { serverConfig } from '../podman/sandbox-fixture.ts';

const never = (): never => {
  throw new Error('nothing is to be asked for');
};
const tools: Tools = { node: never, python: never, modules: never, crates: never, bare: never, roots: never } as never;
const host = { given: 'host', facts: null } as never;

/** Of a server that the machine's own programs are all there is for. */
async function adviceOf(
  start: Start,
  publishedAs: 'published' | 'not published',
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const checkout = checkoutOf({ 'README.md': '', ...files });
  const packages = [{ registry: 'oci', name: 'ghcr.io/acme/weather', version: '1.0.0' } as const];
  const found = { ...foundAs(start, 'other'), publishedAs: publishedAs === 'published' ? packages : [] };
  const server = serverConfig({
    source: { kind: 'git', given: 'acme/x', repository: { slug: 'acme/x' }, ref: null, path: '.' },
  });
  const result = await installCheckout(server, { checkout, found, folder: '.' }, host, tools);
  await checkout.close();
  if (result.kind !== 'failed' || result.failure.outcome !== 'install_failed') throw new Error(result.kind);
  return result.failure.advice;
}

describe('a server that cannot be built here', () => {
  it('in Go or Rust names the images that would do', async () => {
    expect(await adviceOf({ kind: 'go', main: '.', args: [] }, 'published')).toBe(
      'It is written in Go, and Go servers are built only in an image that has Go: name one (`image: docker.io/library/golang:1`), or list the image that it is published as, `oci:IMAGE:TAG` (its manifest names ghcr.io/acme/weather), or build it in an earlier step and give its folder with `command`.',
    );
    expect(await adviceOf({ kind: 'cargo', bin: 'x', args: [] }, 'not published')).toMatch(
      /^It is written in Rust, .*docker\.io\/library\/rust:1/u,
    );
  });

  it('of a Dockerfile alone is told how to have it built', async () => {
    const start = { kind: 'dockerfile', file: 'Dockerfile', args: [] } as const;
    expect(await adviceOf(start, 'not published', { Dockerfile: 'FROM node' })).toBe(
      'All that starts it is a Dockerfile, which is not run unless you ask for it: list the image that it is published as, `oci:IMAGE:TAG`, or let its Dockerfile be built, by `build: dockerfile` under its name in `servers`.',
    );
  });

  it('for .NET says what to list', async () => {
    const start = { kind: 'dotnet', project: 'x.csproj', args: [] } as const;
    expect(await adviceOf(start, 'not published')).toMatch(/^It is written for \.NET, .*: list the image/u);
  });
});
