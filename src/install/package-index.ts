import { RegistryFault } from './registry-fault.ts';

/** Where packages of one kind are served from, by HTTP: a package index, a module proxy. */
export interface PackageIndex {
  /** Ends in a slash; without credentials. */
  readonly url: URL;
  /** An `Authorization` header, which stays on the host; null where the index wants none. */
  readonly authorization: string | null;
  /** Certificates in PEM beside the built-in ones, or null. */
  readonly ca: string | null;
}

/**
 * @param source where the address was found, and `what` it is of, for a message
 * @throws RegistryFault
 */
export function indexOf(source: string, address: string, ca: string | null, what = 'package index'): PackageIndex {
  // uv's indexes may bear a name: `corp=https://…`.
  const bare = address.trim().replace(/^[\w-]+=(?=https?:)/u, '');
  const url = URL.canParse(bare) ? new URL(bare) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw new RegistryFault(`the ${what} that ${source} names is no address that begins with https:// or http://`);
  }
  const { username, password } = url;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  const authorization = login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`;
  return { url, authorization, ca };
}
