import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { certificatesOf } from '../certificates.ts';
import { gatewayAddress } from '../compiled/gateway-port.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import type { Mirror } from '../mirror-gateway.ts';
import { indexOf, type PackageIndex } from '../package-index.ts';
import { RegistryFault } from '../registry-fault.ts';
import { readBody } from '../upstream.ts';

const publicIndex = 'sparse+https://index.crates.io/';

/** Where the sparse index is seen in a container that fetches. */
export const indexAddress = `sparse+${gatewayAddress}/index/`;

/** What takes the place of crates.io in the runner user's own configuration of Cargo. */
const Settings = z.object({
  source: z
    .record(z.string(), z.object({ 'replace-with': z.string().optional(), registry: z.string().optional() }))
    .optional(),
});

/**
 * The index that crates come from: what the user's own Cargo (`$CARGO_HOME/config.toml`) has in place of crates.io, else
 * crates.io. Settings in the workspace may come from a pull request, and have no say. @throws RegistryFault
 */
export async function findCrateIndex(env: Readonly<NodeJS.ProcessEnv>): Promise<PackageIndex> {
  const home = env['CARGO_HOME'] ?? join(env['HOME'] ?? '/nonexistent', '.cargo');
  const file = join(home, 'config.toml');
  const text = await readFile(file, 'utf8').catch(() => '');
  const address = replacementIn(text, file) ?? publicIndex;
  if (!address.startsWith('sparse+')) {
    throw new RegistryFault(
      `${file} names ${address.slice(0, 200)} for crates.io, and only sparse indexes (\`sparse+https://…\`) are asked`,
    );
  }
  return indexOf(
    file,
    address.slice('sparse+'.length),
    await certificatesOf(env, env['CARGO_HTTP_CAINFO']),
    'crate index',
  );
}

/** @throws RegistryFault where it cannot be understood: never guessed, since crates.io may hold a stranger's crate */
function replacementIn(text: string, file: string): string | null {
  try {
    const { source = {} } = Settings.parse(parse(text));
    const name = source['crates-io']?.['replace-with'];
    return name === undefined ? null : (source[name]?.registry ?? `the source "${name}"`);
  } catch {
    throw new RegistryFault(`${file}, which may name another place for crates, cannot be read`);
  }
}

/** What the index says of itself (https://doc.rust-lang.org/cargo/reference/registry-index.html#index-configuration). */
const Configuration = z.object({ dl: z.string().max(2000) });

/** The sparse index and its crates, and nothing else. */
export class CrateMirror implements Mirror {
  readonly #upstream: IndexUpstream;
  #template: Promise<string> | null = null;

  constructor(upstream: IndexUpstream) {
    this.#upstream = upstream;
  }

  async find(path: string): ReturnType<Mirror['find']> {
    if (path === '/index/config.json') {
      return { text: JSON.stringify({ dl: `${gatewayAddress}/crates/{crate}/{version}/download` }) };
    }
    const [, entry] = /^\/index\/((?:1|2|3\/[\w-]|[\w-]{2}\/[\w-]{2})\/[\w-]{1,64})$/u.exec(path) ?? [];
    if (entry !== undefined) return new URL(entry, this.#upstream.index.url);
    const [, crate, version] = /^\/crates\/([\w-]{1,64})\/(\d[\w.+-]{0,100})\/download$/u.exec(path) ?? [];
    if (crate === undefined || version === undefined) return null;
    return this.#addressOf(crate, version);
  }

  async #addressOf(crate: string, version: string): Promise<URL> {
    const { host } = this.#upstream.index.url;
    const template = await (this.#template ??= this.#readTemplate());
    const values: Readonly<Record<string, string>> = {
      crate,
      version,
      prefix: prefixOf(crate),
      lowerprefix: prefixOf(crate.toLowerCase()),
    };
    const filled = template.replaceAll(/\{([\w-]+)\}/gu, (whole, name: string) => values[name] ?? whole);
    if (!URL.canParse(filled) || filled.includes('{')) {
      throw new RegistryFault(
        `the crate index ${host} names no address for crates that is understood: ${template.slice(0, 200)}`,
      );
    }
    const url = new URL(filled);
    if (!this.#upstream.allows(url)) {
      throw new RegistryFault(
        `the crate index ${host} has its crates at ${url.protocol}//${url.host}, which is not followed`,
      );
    }
    return url;
  }

  async #readTemplate(): Promise<string> {
    const { index } = this.#upstream;
    const answer = await this.#upstream.get(new URL('config.json', index.url));
    const body = await readBody(answer);
    const said = answer.statusCode === 200 ? readConfiguration(body.toString('utf8')) : null;
    if (said === null) {
      this.#template = null;
      throw new RegistryFault(
        `${index.url.host} does not say where its crates are (HTTP ${answer.statusCode} for config.json)`,
      );
    }
    return said.includes('{') ? said : `${said}/{crate}/{version}/download`;
  }
}

function readConfiguration(text: string): string | null {
  try {
    return Configuration.parse(JSON.parse(text)).dl;
  } catch {
    return null;
  }
}

/** As the index keeps its files: `1`, `2`, `3/a`, `ab/cd`. */
function prefixOf(crate: string): string {
  if (crate.length < 3) return String(crate.length);
  return crate.length === 3 ? `3/${crate.slice(0, 1)}` : `${crate.slice(0, 2)}/${crate.slice(2, 4)}`;
}
