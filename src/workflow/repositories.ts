import { readFile, stat } from 'node:fs/promises';
import { CheckoutRefused } from '../checkout/errors.ts';
import { openFolder } from '../checkout/fetch-folder.ts';
import { fetchGit } from '../checkout/fetch-git.ts';
import { openMcpb } from '../checkout/mcpb.ts';
import { textsAsCheckout } from '../checkout/memory.ts';
import type { Checkout } from '../checkout/model.ts';
import { repositoryUrl } from '../checkout/url.ts';
import { identityOf } from '../config/identity.ts';
import type { RepositorySource } from '../config/repository-model.ts';
import { discover } from '../discovery/discover.ts';
import type { Discovery } from '../discovery/model.ts';
import type { Host } from '../host/host.ts';
import { readRegistryEntry } from '../install/mcp-registry.ts';
import { messageOf } from '../process/failure.ts';

export interface RepositoriesOptions {
  readonly host: Host;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
  /** @returns a new private folder, which somebody else removes */
  readonly folder: () => Promise<string>;
}

/** A repository that was fetched, and what is in it. */
export interface Looked {
  readonly checkout: Checkout;
  readonly discovery: Discovery;
}

/** The repositories of a run: each is fetched and searched once, however many servers come from it. */
export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #known = new Map<string, Promise<Looked>>();

  constructor(options: RepositoriesOptions) {
    this.#options = options;
  }

  /** @throws CheckoutRefused, CheckoutUnavailable, PackageNotFound, RegistryFault */
  look(source: RepositorySource): Promise<Looked> {
    // The folder of interest is no part of what is fetched.
    const key = identityOf(source.kind === 'git' ? { ...source, path: '.' } : source);
    const known = this.#known.get(key) ?? this.#look({ ...source, given: source.given.replace(/#.*$/u, '') });
    this.#known.set(key, known);
    return known;
  }

  /** Before a later round of the same process: folders may have been edited. */
  async forget(): Promise<void> {
    const all = [...this.#known.values()];
    this.#known.clear();
    for (const looked of all) await looked.then(({ checkout }) => checkout.close()).catch(() => {});
  }

  async #look(source: RepositorySource): Promise<Looked> {
    const checkout = await this.#open(source);
    const files = {
      paths: checkout.files.filter(({ kind }) => kind === 'file').map(({ path }) => path),
      text: (path: string) => checkout.text(path),
    };
    return { checkout, discovery: await discover(files) };
  }

  async #open(source: RepositorySource): Promise<Checkout> {
    const { host, env, signal } = this.#options;
    switch (source.kind) {
      case 'path':
        // In a job, what lies there without being part of the commit is the job's own.
        return openFolder(source.given, source.path, { trackedOnly: host.kind === 'github', signal });
      case 'mcpb':
        return openMcpb(source.given, source.path);
      case 'registry': {
        const text =
          'file' in source
            ? await readManifest(source.given, source.file)
            : await readRegistryEntry(source.name, source.version, { env, signal });
        return textsAsCheckout(source.given, { 'server.json': text });
      }
      case 'git':
      default:
        return this.#fetch(source);
    }
  }

  async #fetch({ given, repository, ref }: Extract<RepositorySource, { kind: 'git' }>): Promise<Checkout> {
    const { host, env, signal, folder } = this.#options;
    const { serverUrl, token } = host.platform;
    const url = 'slug' in repository ? repositoryUrl(repository.slug, serverUrl) : repository.url;
    const allowLocal = host.kind === 'terminal';
    if (!allowLocal && url.startsWith('file:')) {
      throw new CheckoutRefused(
        `${given} is a repository of this machine, which a job may not reach: write \`.\` for its own.`,
      );
    }
    const tokenHost = new URL(serverUrl).host;
    // On loopback there is nothing to listen to.
    const allowInsecure = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/u.test(url);
    return fetchGit(
      { given, url, ref },
      { folder: await folder(), token, tokenHost, allowLocal, allowInsecure, signal, env },
    );
  }
}

const maxManifest = 1024 * 1024;

/** @throws CheckoutRefused */
async function readManifest(given: string, file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= maxManifest) return await readFile(file, 'utf8');
  } catch (error) {
    throw new CheckoutRefused(`${given} cannot be read: ${messageOf(error)}.`);
  }
  throw new CheckoutRefused(`${given} is larger than 1 MiB, which no \`server.json\` is.`);
}
