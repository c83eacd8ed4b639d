import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckoutRefused } from './errors.ts';
import type { Git } from './git-command.ts';
import { fetchCommit } from './git-fetch.ts';
import { repositoryContents } from './git-objects.ts';
import { faultOfRef } from './git-ref.ts';
import { readTree } from './git-tree.ts';
import { type CheckoutLimits, defaultLimits } from './limits.ts';
import { ListedCheckout } from './listed-checkout.ts';
import type { Checkout } from './model.ts';
import { placeOf, type RemotePlace } from './url.ts';

export interface GitRequest {
  /** The source as the user wrote it. */
  readonly given: string;
  readonly url: string;
  /** A branch, a tag, or all digits of a commit; null for the default branch. */
  readonly ref: string | null;
}

export interface GitFetchOptions {
  /** An existing private folder; a bare repository is kept in it until the checkout is closed. */
  readonly folder: string;
  /** Sent to `tokenHost` only, in git's environment. */
  readonly token: string | null;
  /** Host, and port where it is not the usual one, that the token belongs to: `github.com`. */
  readonly tokenHost: string | null;
  /** Whether a path or `file:` may be fetched: for the command line. */
  readonly allowLocal: boolean;
  /** Whether `http:` may be: for tests, on loopback. */
  readonly allowInsecure?: boolean;
  readonly signal: AbortSignal;
  readonly limits?: Partial<CheckoutLimits>;
  /** Where proxies and certificates are taken from; by default this process's environment. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Fetches one commit of a git repository, without its history, as something hostile: nothing is ever checked out, so no
 * filter, link, hook or submodule has anything to act on.
 *
 * @throws CheckoutRefused where the repository or the request is at fault, CheckoutUnavailable where the network,
 *   git or the time is; messages are sentences without credentials
 */
export async function fetchGit(request: GitRequest, options: GitFetchOptions): Promise<Checkout> {
  const given = request.given.replaceAll(/\/\/[^/@\s]*@/gu, '//');
  const { allowLocal, allowInsecure = false } = options;
  const fault = request.ref === null ? null : faultOfRef(request.ref);
  if (fault !== null) throw new CheckoutRefused(`${given} cannot be fetched: the name after \`@\` ${fault}.`);
  const place = placeOf(request.url, { allowLocal, allowInsecure });
  const limits = { ...defaultLimits, ...options.limits };
  const home = await mkdtemp(join(options.folder, 'git-'));
  const remove = async () => rm(home, { recursive: true, force: true });
  const git: Git = {
    gitDir: join(home, 'repository'),
    protocol: place.protocol,
    token: tokenFor(place, options),
    env: options.env ?? process.env,
    signal: options.signal,
    endsAt: performance.now() + limits.deadlineMs,
  };
  const subject = { given, host: place.host, token: git.token };
  const contents = repositoryContents(git.gitDir, remove);
  try {
    const fetched = await fetchCommit({ git, subject, place, ref: request.ref, maxBytes: limits.receivedBytes });
    const { entries, notes } = await readTree(git, fetched.commit, given, limits, contents);
    return new ListedCheckout(
      { given, commit: fetched.commit, entries, notes: [...fetched.notes, ...notes] },
      contents,
    );
  } catch (error) {
    await contents.close();
    throw error;
  }
}

function tokenFor(place: RemotePlace, { token, tokenHost }: GitFetchOptions): Git['token'] {
  if (token === null || token === '' || place.origin === null || place.host !== tokenHost) return null;
  return { token, origin: place.origin };
}
