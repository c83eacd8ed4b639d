import pRetry, { AbortError } from 'p-retry';
import { EnvHttpProxyAgent, fetch } from 'undici';
import * as z from 'zod';
import { PackageNotFound } from './registry.ts';
import { RegistryFault } from './upstream.ts';

/** The official registry, and the version of its API whose form is fixed. */
const officialRegistry = 'https://registry.modelcontextprotocol.io';
const maxBytes = 1024 * 1024;
const timeoutMs = 30_000;

/** What the registry wraps a `server.json` in. */
const Answer = z.looseObject({ server: z.looseObject({ name: z.string() }) });

/**
 * Asks the MCP registry for the `server.json` of a server (its API, `GET /v0.1/servers/{name}/versions/{version}`).
 *
 * @param version exact, or `latest`. `MCP_REGISTRY_URL` of `env` names another registry of the same API
 * @returns the text of the `server.json`
 * @throws PackageNotFound where the registry does not know it, RegistryFault where it could not be asked
 */
export async function readRegistryEntry(
  name: string,
  version: string,
  { env, signal }: { readonly env: Readonly<NodeJS.ProcessEnv>; readonly signal: AbortSignal },
): Promise<string> {
  const base = env['MCP_REGISTRY_URL'] || officialRegistry;
  if (!URL.canParse(base)) throw new RegistryFault('MCP_REGISTRY_URL is not a URL');
  const path = `v0.1/servers/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
  const text = await pRetry(() => ask(url, name, version, signal), { retries: 2, minTimeout: 1000, signal });
  const answer = Answer.safeParse(parseJson(text));
  if (!answer.success) throw new RegistryFault(`the answer of the MCP registry ${url.host} for ${name} is no server`);
  return JSON.stringify(answer.data.server, null, 2);
}

async function ask(url: URL, name: string, version: string, signal: AbortSignal): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(url, { dispatcher, signal: until, redirect: 'error' });
    if (response.status === 404) {
      const what = version === 'latest' ? name : `${name} ${version}`;
      throw new AbortError(new PackageNotFound(`${what} does not exist in the MCP registry ${url.host}.`));
    }
    if (!response.ok)
      throw new RegistryFault(`the MCP registry ${url.host} answered HTTP ${response.status} for ${name}`);
    return await readBounded(response.body ?? []);
  } catch (error) {
    if (error instanceof AbortError || error instanceof RegistryFault) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new RegistryFault(
      `the MCP registry ${url.host} could not be reached: ${cause instanceof Error ? cause.message : 'no reason given'}`,
    );
  } finally {
    await dispatcher.destroy();
  }
}

async function readBounded(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new RegistryFault('an answer of the MCP registry is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
