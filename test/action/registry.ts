import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A package to publish: its manifest, and its files by their path. */
export interface Published {
  readonly manifest: { readonly name: string; readonly version: string } & Record<string, unknown>;
  readonly files: Readonly<Record<string, string>>;
  /** Further entries of the archive, exactly as they are given: outside of it, links, devices. */
  readonly entries?: readonly (Partial<Header> & { readonly name: string } & { readonly content?: string })[];
  /** What the registry claims instead of the true integrity. */
  readonly integrity?: string;
}

export interface Registry {
  /** Of a published package, as a lock file records it. */
  integrityOf(name: string): string;
  readonly url: string;
  /** Every request: method and path, with the headers that could carry a credential. */
  readonly requests: readonly { readonly line: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

/** A package registry on loopback, with the answers that npm asks for. Paths below `/broken` answer 500. */
export async function startRegistry(packages: readonly Published[]): Promise<Registry> {
  const requests: { line: string; authorization: string | undefined }[] = [];
  const tarballs = new Map<string, Buffer>();
  const packuments = new Map<string, unknown>();
  const integrities = new Map<string, string>();
  let url = '';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    requests.push({ line: `${request.method} /${path}`, authorization: request.headers.authorization });
    const tarball = tarballs.get(path);
    if (path.startsWith('broken')) response.writeHead(500).end('{}');
    else if (tarball !== undefined) response.writeHead(200).end(tarball);
    else if (packuments.has(path))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packuments.get(path)));
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const each of packages) {
    const { name, version } = each.manifest;
    const tarball = await tarballOf(each);
    const path = `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
    tarballs.set(path, tarball);
    const integrity = each.integrity ?? `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    integrities.set(name, integrity);
    packuments.set(name, {
      name,
      'dist-tags': { latest: version },
      versions: {
        [version]: {
          ...each.manifest,
          hasInstallScript: hasInstallScript(each),
          dist: { integrity, tarball: `${url}${path}` },
        },
      },
    });
  }
  return {
    url,
    requests,
    integrityOf: (name) => integrities.get(name) ?? '',
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function hasInstallScript({ manifest }: Published): boolean {
  const scripts = manifest['scripts'];
  return typeof scripts === 'object' && scripts !== null && 'postinstall' in scripts;
}

async function tarballOf({ manifest, files, entries = [] }: Published): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    tar.entry({ name: `package/${name}`, mode: 0o644, mtime: new Date(0) }, text);
  }
  for (const { content = '', ...header } of entries) tar.entry({ mode: 0o644, mtime: new Date(0), ...header }, content);
  tar.finalize();
  return gzipSync(await buffer(Readable.from(tar)));
}
