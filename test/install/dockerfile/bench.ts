import { mkdtempSync, rmSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackageProxy, type PackageProxyOptions } from '../../../src/install/dockerfile/package-proxy.ts';
import { mirrorSocket } from '../../../src/install/mirror-gateway.ts';
import { Opened, say } from './wire.ts';

/** A proxy for one test, and what asks it. */
export class Bench {
  readonly opened = new Opened();
  readonly socket: string;
  readonly lookedUp: string[] = [];
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-proxy-'));
    this.socket = join(this.#folder, mirrorSocket);
  }

  async open(hosts: readonly string[], more: Partial<PackageProxyOptions> = {}): Promise<PackageProxy> {
    /** Every name is this machine's, but for those that are nobody's. */
    const lookup: LookupFunction = (hostname, options, done) => {
      this.lookedUp.push(hostname);
      if (hostname.endsWith('.invalid')) return done(new Error(`getaddrinfo ENOTFOUND ${hostname}`), []);
      return options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    };
    const usual = { folder: this.#folder, hosts, maxBytes: 10_000_000, env: {}, lookup };
    const proxy = await PackageProxy.open({ ...usual, ...more });
    this.opened.end(() => proxy.close());
    return proxy;
  }

  /** @param headers each with its line end. @returns all of the answer */
  async get(url: string, headers = '', method = 'GET'): Promise<string> {
    const own = 'Host: whatever.example\r\nConnection: close\r\n';
    return say(this.socket, `${method} ${url} HTTP/1.1\r\n${own}${headers}\r\n`);
  }

  /** @returns how the wish for a tunnel is refused */
  async dial(authority: string): Promise<string> {
    return say(this.socket, `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  }

  async close(): Promise<void> {
    await this.opened.close();
    rmSync(this.#folder, { recursive: true });
  }
}
