import type { CommandResult } from '../process/run.ts';
import { CheckoutRefused, CheckoutUnavailable } from './errors.ts';
import type { GitToken } from './git-settings.ts';

/** What a failed command was about, for sentences. */
export interface FaultSubject {
  /** The source as the user wrote it, without credentials. */
  readonly given: string;
  readonly host: string;
  readonly token: GitToken | null;
}

/** What a command of git failed of, as far as anybody could act on it. */
export type GitFault =
  | 'missing'
  | 'time'
  | 'canceled'
  | 'noRef'
  | 'notOurCommit'
  | 'unadvertised'
  | 'otherHash'
  | 'redirected'
  | 'private'
  | 'forbidden'
  | 'noRepository'
  | 'noGit'
  | 'malformed'
  | 'tls'
  | 'unknownHost'
  | 'unreachable'
  | 'other';

/** In this order: the first that fits. */
const signs: readonly (readonly [RegExp, GitFault])[] = [
  [/couldn't find remote ref|no such remote ref/iu, 'noRef'],
  [/not our ref|upload-pack: not our/iu, 'notOurCommit'],
  [/Server does not allow request for unadvertised object/iu, 'unadvertised'],
  [/mismatched algorithms|does not support (?:algorithm|hash)/iu, 'otherHash'],
  [/requested URL returned error: 3\d\d/iu, 'redirected'],
  [
    /Authentication failed|could not read Username|could not read Password|returned error: 401|repository '.*' not found/isu,
    'private',
  ],
  [/returned error: 404/iu, 'private'],
  [/returned error: 403/iu, 'forbidden'],
  [
    /dumb http|not valid: (?:is this a git repository|could not determine hash)|invalid (?:server response|content-type)|bad line length|protocol error/iu,
    'noGit',
  ],
  [/does not appear to be a git repository|not a git repository/iu, 'noRepository'],
  [
    /fsck error|invalid object|unresolved deltas|bad pack|pack (?:has|is corrupted)|inflate|attempting to allocate|out of memory|missing blob|did not send all necessary|died of signal|too deep|too many levels/iu,
    'malformed',
  ],
  [/SSL|certificate|TLS/u, 'tls'],
  [/Could not resolve (?:host|proxy)/iu, 'unknownHost'],
  [/Operation too slow|timed out|timeout/iu, 'time'],
  [
    /unable to access|RPC failed|early EOF|hung up|Failed to connect|unexpected disconnect|Connection re/iu,
    'unreachable',
  ],
];

/** @param result of a command that failed */
export function faultOf(result: CommandResult): GitFault {
  if (result.spawnError !== null) return 'missing';
  if (result.timedOut) return 'time';
  if (result.canceled) return 'canceled';
  // A key pressed in a terminal reaches git too.
  if (result.signal === 'SIGINT' || result.signal === 'SIGHUP') return 'canceled';
  // It said more than is read, or fell over what it was given.
  if (result.signal !== null) return 'malformed';
  // What the other side says of itself is no sign of anything.
  const own = result.stderr.split('\n').filter((line) => !line.startsWith('remote:'));
  const said = own.join('\n');
  return signs.find(([sign]) => sign.test(said))?.[1] ?? 'other';
}

type Sentence = (subject: FaultSubject, saying: string) => string;

const noSuchRef: Sentence = () => 'it has no such branch, tag or commit';

const refusals: Partial<Record<GitFault, Sentence>> = {
  private: ({ host, token }) =>
    `on ${host} there is no such repository, or it is private and ${token === null ? 'wants a token: give one that may read it as `github-token`' : 'the token may not read it'}`,
  forbidden: ({ host, token }) =>
    `${host} forbids it; ${token === null ? 'give a token that may read it as `github-token`' : 'the token may not read it'}`,
  redirected: ({ host }) => `${host} redirects to another place, which is not followed; write that place itself`,
  noRepository: () => 'there is no git repository',
  noGit: ({ host }) => `${host} answers, but not as a git server does`,
  malformed: (_, words) => `what it consists of is malformed, incomplete or too large (${words})`,
  noRef: noSuchRef,
  notOurCommit: noSuchRef,
  unadvertised: noSuchRef,
};

const outages: Partial<Record<GitFault, Sentence>> = {
  missing: () => 'git could not be started; install it on this machine',
  time: ({ host }) => `${host} is too slow, or does not answer in time`,
  canceled: () => 'it was canceled',
  tls: ({ host }) =>
    `${host} shows no certificate that this machine trusts; name a file with your own authority's by GIT_SSL_CAINFO or SSL_CERT_FILE`,
  unknownHost: ({ host }) => `the name ${host}, or that of a proxy, is not known here`,
};

/** Says what to do about a fault that no other attempt will mend. */
export function errorOf(fault: GitFault, result: CommandResult, subject: FaultSubject): Error {
  const said = saying(result);
  const refusal = refusals[fault];
  const begin = `${subject.given} cannot be fetched: `;
  if (refusal !== undefined) return new CheckoutRefused(`${begin}${refusal(subject, said)}.`);
  const outage = outages[fault] ?? (({ host }, words) => `${host} failed (${words})`);
  return new CheckoutUnavailable(`${begin}${outage(subject, said)}.`);
}

/** Git's own first complaint, on one line and short; never those of the other side. */
function saying(result: CommandResult): string {
  const lines = result.stderr.split('\n').filter((line) => /^(?:fatal|error): (?!remote error)/u.test(line));
  const words = (
    lines[0] ?? (result.signal === null ? `exit code ${result.exitCode}` : `git was ended by ${result.signal}`)
  ).replaceAll(/[^\x20-\x7e]/gu, '?');
  return words.replaceAll(/:\/\/[^/@\s]*@/gu, '://…@').slice(0, 200);
}
