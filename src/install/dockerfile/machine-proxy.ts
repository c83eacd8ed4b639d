import { BlockList, isIP, isIPv6 } from 'node:net';
import { RegistryFault } from '../upstream.ts';
import type { Target } from './package-hosts.ts';

/** The proxies that the environment of this machine names, and what it excepts from them. */
export class MachineProxy {
  readonly #http: URL | null;
  readonly #https: URL | null;
  readonly #excepted: readonly ((target: Target) => boolean)[];

  /** @throws RegistryFault for a proxy that is not reached by HTTP */
  constructor(env: Readonly<NodeJS.ProcessEnv>) {
    this.#http = proxyOf(env, 'HTTP_PROXY');
    this.#https = proxyOf(env, 'HTTPS_PROXY');
    const entries = (valueOf(env, 'NO_PROXY') ?? '').toLowerCase().split(/[\s,]+/u);
    this.#excepted = entries.filter((entry) => entry !== '').map((entry) => exception(entry));
  }

  /** @param tunnel HTTPS, or whatever else a client wants a tunnel for. @returns null: there is a way without */
  for(target: Target, tunnel: boolean): URL | null {
    const proxy = tunnel ? this.#https : this.#http;
    return proxy === null || this.#excepted.some((excepts) => excepts(target)) ? null : proxy;
  }
}

/** What a proxy that wants to know who asks is told. */
export function loginFor(proxy: URL): { readonly 'proxy-authorization'?: string } {
  if (proxy.username === '' && proxy.password === '') return {};
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** As curl, Node and Go do it: lower case goes first, and what is empty is not set. */
function valueOf(env: Readonly<NodeJS.ProcessEnv>, name: string): string | undefined {
  return env[name.toLowerCase()] || env[name] || undefined;
}

function proxyOf(env: Readonly<NodeJS.ProcessEnv>, name: string): URL | null {
  const value = valueOf(env, name);
  if (value === undefined) return null;
  const address = value.includes('://') ? value : `http://${value}`;
  try {
    const proxy = new URL(address);
    loginFor(proxy);
    if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy;
  } catch {
    // Said below, without the value: it may hold a password.
  }
  throw new RegistryFault(`${name} of this machine is not the address of an http:// or https:// proxy`);
}

/** `*`, a name with all below it, `.name`, `*.name`, an address, `a-b` or `a/bits` of addresses; a port behind a name. */
function exception(entry: string): (target: Target) => boolean {
  if (entry === '*') return () => true;
  const addresses = addressesOf(entry);
  if (addresses !== null) {
    return ({ host }) => isIP(host) !== 0 && addresses.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
  }
  const [, written = '', port] = /^(.*?)(?::(\d+))?$/u.exec(entry) ?? [];
  const below = written.replace(/^\*?\.?/u, '.');
  const name = written.startsWith('*') ? '' : below.slice(1).replace(/^\[(.*)\]$/u, '$1');
  return (target) =>
    (port === undefined || Number(port) === target.port) && (target.host === name || target.host.endsWith(below));
}

function addressesOf(entry: string): BlockList | null {
  const list = new BlockList();
  const [first = '', last] = entry.split('-');
  const [address = '', bits] = entry.split('/');
  const family = (text: string) => (isIPv6(text) ? 'ipv6' : 'ipv4');
  if (isIP(entry) !== 0) list.addAddress(entry, family(entry));
  else if (last !== undefined && isIP(first) !== 0 && isIP(first) === isIP(last)) {
    try {
      list.addRange(first, last, family(first));
    } catch {
      // From the higher to the lower one: that is none.
    }
  } else if (isIP(address) !== 0 && /^\d+$/u.test(bits ?? '') && Number(bits) <= (isIPv6(address) ? 128 : 32)) {
    list.addSubnet(address, Number(bits), family(address));
  } else return null;
  return list;
}
