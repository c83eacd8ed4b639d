import pRetry, { AbortError } from 'p-retry';
import pickManifest from 'npm-pick-manifest';
import semver from 'semver';
import * as z from 'zod';
import type { ResolvedSource } from '../result/model.ts';
import { readBody, RegistryFault, type Upstream } from './upstream.ts';

/** The registry answered, and the answer is that this package or version cannot be had. */
export class PackageNotFound extends Error {
  override readonly name = 'PackageNotFound';
}

const Manifest = z.looseObject({
  name: z.string(),
  // It becomes an argument of npm's.
  version: z.string().refine((version) => semver.valid(version) !== null),
  dist: z.looseObject({ integrity: z.string().optional(), shasum: z.string().optional(), tarball: z.string() }),
});
const Packument = z.looseObject({
  name: z.string(),
  'dist-tags': z.record(z.string(), z.string()),
  versions: z.record(z.string(), z.unknown()),
});

export type NpmPackage = ResolvedSource & { readonly version: string };

/**
 * Resolves `name@range` to one version with its integrity.
 * @param range a version, a range or a tag. @throws PackageNotFound, RegistryFault
 */
export async function resolvePackage(
  upstream: Upstream,
  name: string,
  range: string,
  signal: AbortSignal,
): Promise<NpmPackage> {
  const packument = await pRetry(() => readPackument(upstream, name, signal), {
    retries: 2,
    minTimeout: 1000,
    signal,
  });
  const manifest = Manifest.safeParse(pick(packument, range));
  if (!manifest.success) {
    const latest = packument['dist-tags']['latest'] ?? Object.keys(packument.versions).at(-1) ?? 'none';
    throw new PackageNotFound(`${name} has no version that matches "${range}"; the latest is ${latest}.`);
  }
  const { version, dist } = manifest.data;
  return { kind: 'npm', name, version, integrity: dist.integrity ?? dist.shasum ?? null, digest: null };
}

function pick(packument: z.infer<typeof Packument>, range: string): unknown {
  try {
    return pickManifest(packument, range, { defaultTag: 'latest' });
  } catch {
    return null;
  }
}

async function readPackument(upstream: Upstream, name: string, signal: AbortSignal) {
  const path = `${upstream.registry.url.pathname}${name.replace('/', '%2f')}`;
  const { host } = upstream.route(path).url;
  const answer = await upstream.get(path, {
    // The short form: no readmes.
    headers: { accept: 'application/vnd.npm.install-v1+json' },
    signal,
  });
  const status = answer.statusCode ?? 0;
  const body = (await readBody(answer)).toString('utf8');
  if (status === 404) {
    throw new AbortError(new PackageNotFound(`${name} does not exist in the registry ${host}.`));
  }
  if (status === 401 || status === 403) {
    throw new AbortError(new RegistryFault(`the registry ${host} refuses to show ${name} (HTTP ${status})`));
  }
  if (status !== 200) throw new RegistryFault(`the registry answered HTTP ${status} for ${name}`);
  const packument = Packument.safeParse(parseJson(body));
  if (!packument.success) throw new RegistryFault(`the registry's answer for ${name} is no package document`);
  return packument.data;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
