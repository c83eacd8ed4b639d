import { distance } from 'fastest-levenshtein';
import type { CommandResult } from '../process/run.ts';
import { CheckoutRefused } from './errors.ts';
import { type Git, gitRemote } from './git-command.ts';
import { faultOfRef, isAbbreviatedCommit } from './git-ref.ts';
import { show } from './show.ts';
import { placeOf, type RemotePlace } from './url.ts';

const maxNames = 500;
const maxShown = 5;

/** Says that a ref does not exist, and names some that do. */
export async function noSuchRef(git: Git, place: RemotePlace, ref: string | null, given: string): Promise<Error> {
  const names = await remoteRefs(git, place);
  if (names.length === 0) {
    return new CheckoutRefused(
      `${given} cannot be fetched: the repository holds no commit yet, or ${place.host} is no git server.`,
    );
  }
  const near = nearestOf(ref ?? '', names);
  const some = near.map((name) => show(name)).join(', ');
  const first = ref === null ? 'its default branch does not exist' : `it has no branch or tag ${show(ref)}`;
  const hint = isAbbreviatedCommit(ref ?? '')
    ? ' Write out all 40 digits of a commit: an abbreviated one can mean another tomorrow.'
    : '';
  return new CheckoutRefused(`${given} cannot be fetched: ${first}. There is ${some}.${hint}`);
}

/** Names of branches and tags, as far as they can be shown; none where they cannot be had. */
async function remoteRefs(git: Git, place: RemotePlace): Promise<string[]> {
  const args = ['ls-remote', '--quiet', '--heads', '--tags', '--refs', '--', place.url];
  const { stdout } = await gitRemote(git, args, { maxOutput: 4 * 1024 ** 2 });
  const names = stdout
    .split('\n')
    .flatMap((text) => /^[0-9a-f]+\trefs\/(?:heads|tags)\/(.+)$/u.exec(text)?.[1] ?? [])
    .filter((name) => faultOfRef(name) === null && name.length <= 60);
  return [...new Set(names)];
}

/** The likest first; the newest, which git lists last, where nothing is alike. */
function nearestOf(ref: string, names: readonly string[]): string[] {
  const wanted = ref.toLowerCase();
  const cost = (name: string) => {
    const lower = name.toLowerCase();
    return lower.includes(wanted) || wanted.includes(lower) ? 0 : distance(lower, wanted);
  };
  const costs = names.slice(-maxNames).map((name) => ({ name, cost: cost(name) }));
  return costs
    .sort((one, other) => one.cost - other.cost)
    .slice(0, maxShown)
    .map(({ name }) => name);
}

/**
 * Where a server redirects to, if that is on the same host: a repository that was renamed.
 * @returns null where it is elsewhere, or is no place for a repository
 */
export async function movedTo(git: Git, place: RemotePlace): Promise<RemotePlace | null> {
  const result: CommandResult = await gitRemote(git, ['ls-remote', '--quiet', '--', place.url, 'HEAD'], {
    // The only way to hear where, with git's own proxies and certificates. It leaves out the token by itself.
    env: { GIT_TRACE_CURL: '1', GIT_TRACE_CURL_NO_DATA: '1' },
  });
  const location = [...result.stderr.matchAll(/<= recv header: location: *(\S+)/giu)].at(-1)?.[1];
  const url = location === undefined ? null : URL.parse(location, place.url);
  if (url === null || url.origin !== place.origin || !url.pathname.endsWith('/info/refs')) return null;
  const target = `${url.origin}${url.pathname.slice(0, -'/info/refs'.length)}`;
  return placeOf(target, { allowInsecure: place.protocol === 'http', allowLocal: false });
}
