import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Published, startRegistry } from '../action/registry.ts';

export interface TokenRegistry {
  readonly url: URL;
  /** Every request: its path, and whether it had the token. */
  readonly requests: readonly { readonly path: string; readonly authorized: boolean }[];
  close(): Promise<void>;
}

/** A registry on loopback that answers to nobody without the token, and may have its tarballs in an unusual place. */
export async function startTokenRegistry(
  packages: readonly Published[],
  token: string,
  { tarballsAt = '' }: { readonly tarballsAt?: string } = {},
): Promise<TokenRegistry> {
  const inner = await startRegistry(packages);
  const requests: { path: string; authorized: boolean }[] = [];
  let url = '';
  const server = createServer((request, response) => {
    const authorized = request.headers.authorization === `Bearer ${token}`;
    requests.push({ path: decodeURIComponent(request.url ?? ''), authorized });
    if (!authorized) response.writeHead(401).end('{}');
    else void answer(request).then(({ status, body }) => response.writeHead(status).end(body));
  });
  const answer = async (request: IncomingMessage) => {
    const path = (request.url ?? '/').slice(1).replace(tarballsAt, '');
    const answered = await fetch(`${inner.url}${path}`);
    const bytes = Buffer.from(await answered.arrayBuffer());
    const isDocument = answered.headers.get('content-type') === 'application/json';
    const body = isDocument ? bytes.toString('utf8').replaceAll(inner.url, `${url}${tarballsAt}`) : bytes;
    return { status: answered.status, body };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url: new URL(url),
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await inner.close();
    },
  };
}
