import { isIPv6 } from 'node:net';

/**
 * What a build may reach without being told: where package managers fetch from when nobody has set them to anything
 * else. Only hosts whose content is published by whoever runs them; no storage that everybody has buckets in, and no
 * wildcard. `storage.googleapis.com`, to which proxy.golang.org may redirect, is left out for that.
 *
 * A tunnel hides what is said in it: who shares a content delivery network with one of these can be reached by naming
 * this host to the proxy and another one inside of TLS (domain fronting), and packages can be published to a registry.
 * So the list bounds what a build depends upon. It does not keep secrets in: a build is given none.
 */
export const packageHosts: readonly string[] = [
  // npm, pnpm, Corepack; Yarn 1, and what Corepack fetches Yarn 2 and later from.
  'registry.npmjs.org',
  'registry.yarnpkg.com',
  'repo.yarnpkg.com',
  // pip, uv, Poetry: the index, and the files that it names.
  'pypi.org',
  'files.pythonhosted.org',
  // go: GOPROXY and GOSUMDB as they are by default.
  'proxy.golang.org',
  'sum.golang.org',
  // cargo: the sparse index, the `dl` and the `api` of its config.json.
  'index.crates.io',
  'static.crates.io',
  'crates.io',
  // apt on Debian; the images of a date in the past are set to the snapshots.
  'deb.debian.org',
  'security.debian.org',
  'snapshot.debian.org',
  // apt on Ubuntu; the last for all but amd64.
  'archive.ubuntu.com',
  'security.ubuntu.com',
  'ports.ubuntu.com',
  // apk on Alpine.
  'dl-cdn.alpinelinux.org',
  // dotnet restore: the v3 index, and the packages.
  'api.nuget.org',
  // Gradle and sbt; Maven.
  'repo1.maven.org',
  'repo.maven.apache.org',
  // gem and Bundler: the gems, and the compact index.
  'rubygems.org',
  'index.rubygems.org',
];

export interface Target {
  /** Lower case; an IPv6 address without its brackets, in its shortest form. */
  readonly host: string;
  readonly port: number;
}

/** `public`: by default, so it must lead to a public address. `listed`: the configuration names it, wherever it leads. */
export type Trust = 'public' | 'listed';

const usualPorts: readonly number[] = [443, 80];
// No user information, no percent signs, no dot at the end, no number in another notation than that of a name.
const name = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*$/u;

/** @returns null for what is not exactly `host` or `host:port`, where the port may be left out only with a default */
export function targetOf(authority: string, defaultPort: number | null): Target | null {
  const parts = /^(\[[^\]]+\]|[^:[\]]+)(?::([1-9]\d{0,4}))?$/u.exec(authority);
  const host = hostOf(parts?.[1] ?? '');
  const port = parts?.[2] === undefined ? defaultPort : Number(parts[2]);
  return host === null || port === null || port > 65_535 ? null : { host, port };
}

/** As it is written in a request, and in a sentence. */
export function authorityOf({ host, port }: Target): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

export class AllowedHosts {
  readonly #trust = new Map<string, Trust>();

  /** @param listed `host` for the ports 443 and 80, or `host:port`. @throws Error naming one that is neither */
  constructor(listed: readonly string[]) {
    for (const host of packageHosts) for (const port of usualPorts) this.#trust.set(`${host}:${port}`, 'public');
    for (const entry of listed) {
      const target = targetOf(entry, 0);
      if (target === null)
        throw new Error(`${JSON.stringify(entry)} under \`build.hosts\` is no host and no host:port`);
      const ports = target.port === 0 ? usualPorts : [target.port];
      for (const port of ports) this.#trust.set(authorityOf({ ...target, port }), 'listed');
    }
  }

  trust(target: Target): Trust | null {
    return this.#trust.get(authorityOf(target)) ?? null;
  }
}

function hostOf(text: string): string | null {
  const lower = text.toLowerCase();
  if (!lower.startsWith('[')) return lower.length <= 253 && name.test(lower) ? lower : null;
  const address = lower.slice(1, -1);
  // Zones (`%eth0`) are taken by isIPv6 and by no URL.
  if (address.includes('%') || !isIPv6(address)) return null;
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
