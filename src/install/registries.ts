import { RegistryFault } from './registry-fault.ts';

/** A scope of npm's that comes from a registry of its own, as the configuration's key `registries` lists it. */
export interface ScopedRegistry {
  /** With its `@`. */
  readonly scope: string;
  readonly url: URL;
  /** Stays in this process: sent to that registry's own origin, and nowhere else. */
  readonly token: string | null;
}

/** Where a request that a client makes of "the registry" goes. */
export interface Route {
  readonly url: URL;
  /** null: the default registry, which is never sent a credential. */
  readonly scoped: ScopedRegistry | null;
}

/**
 * Decides by scope alone, so that no listed scope is ever asked of the default registry, where a stranger may have
 * published a package of that name, and nothing else is ever asked of a scope's registry.
 */
export class Routes {
  readonly #base: URL;
  readonly #scopes: ReadonlyMap<string, ScopedRegistry>;

  /** @param base of the default registry; ends in a slash */
  constructor(base: URL, scoped: readonly ScopedRegistry[]) {
    this.#base = base;
    this.#scopes = new Map(
      scoped.map((each) => [each.scope.toLowerCase(), { ...each, url: withSlash(each.url) }] as const),
    );
  }

  /**
   * @param path absolute path and query, as a client of the default registry asks for it.
   * @throws RegistryFault where it is no path in a registry
   */
  route(path: string): Route {
    const url = URL.canParse(path, this.#base.href) ? new URL(path, this.#base) : null;
    if (url === null || url.origin !== this.#base.origin) {
      throw new RegistryFault(`${path} does not lie in the registry`);
    }
    const segments = url.pathname.split('/');
    const at = segments.findIndex((segment) => this.#scopes.has(scopeOf(segment)));
    const scoped = this.#scopes.get(scopeOf(segments[at] ?? ''));
    if (scoped === undefined) return { url, scoped: null };
    const before = `${segments.slice(0, at).join('/')}/`;
    const isBase = ['/', this.#base.pathname, scoped.url.pathname].includes(before);
    const target = new URL(scoped.url);
    // Lock files record what registries have elsewhere, such as /download/@scope/name/…
    target.pathname = `${isBase ? scoped.url.pathname : before}${segments.slice(at).join('/')}`;
    target.search = url.search;
    return { url: target, scoped };
  }

  /** @returns the scopes of a path, in lower case */
  static scopesIn(pathname: string): string[] {
    return pathname
      .split('/')
      .map(scopeOf)
      .filter((scope) => scope.startsWith('@'));
  }
}

/** Clients write `@scope/name` and `@scope%2fname`. */
function scopeOf(segment: string): string {
  const [scope = ''] = decoded(segment).split('/');
  return scope.toLowerCase();
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function withSlash(url: URL): URL {
  const copy = new URL(url);
  if (!copy.pathname.endsWith('/')) copy.pathname += '/';
  return copy;
}
