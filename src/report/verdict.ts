import {
  Severity,
  type CaseResult,
  type Conclusion,
  type Finding,
  type ServerResult,
  type ServiceResult,
  type WorkflowResult,
} from '../result/model.ts';
import { duration, hasSteps, plural, sumOf } from './words.ts';

const sentences: Readonly<Record<Conclusion, (result: WorkflowResult) => string>> = {
  passed(result) {
    const { servers, cases } = result.counts;
    const unchanged = unchangedServers(result);
    if (unchanged.length > 0 && unchanged.length === sumOf(servers)) {
      const all = unchanged.length === 1 ? 'the only server is' : `all ${unchanged.length} servers are`;
      return `Nothing to judge: ${all} unchanged${sinceBase(result)}, and nothing was run.`;
    }
    const passed = plural(servers.passed, 'server');
    const left = unchanged.reduce((sum, server) => sum + server.cases.length, 0);
    if (sumOf(cases) === left) return `${passed} passed; there were no cases to run.${leftOut(result)}`;
    return `${passed} and ${plural(cases.passed, 'case')} passed.${leftOut(result)}`;
  },
  failed(result) {
    const { servers, cases } = result.counts;
    return `${parts(servers.failed, cases.failed, result) || 'The gate'} failed.${leftOut(result)}`;
  },
  error(result) {
    const { servers, cases } = result.counts;
    if (sumOf(servers) === 0 && result.problems.length > 0) {
      return `The run did not start: ${plural(result.problems.length, 'problem')} to solve first.`;
    }
    return `No verdict: the infrastructure failed${suffix(' for ', parts(servers.error, cases.error, result))}.${leftOut(result)}`;
  },
  incomplete(result) {
    const { servers, cases } = result.counts;
    const unchanged = unchangedServers(result);
    const left = unchanged.reduce((sum, server) => sum + server.cases.length, 0);
    const missing = parts(servers.skipped - unchanged.length, cases.skipped - left, result);
    return `Nothing that ran failed, but not everything ran${suffix(': skipped were ', missing)}.${leftOut(result)}`;
  },
};

/** @returns the servers that were not run because nothing about them changed: nobody misses their verdict */
export function unchangedServers({ servers }: WorkflowResult): ServerResult[] {
  return servers.filter(({ skippedAs }) => skippedAs === 'unchanged');
}

/** @returns ` since COMMIT`, or nothing where it is not known */
function sinceBase({ changedOnly }: WorkflowResult): string {
  return changedOnly?.base == null ? '' : ` since ${changedOnly.base.replaceAll(/[^0-9a-f]/gu, '').slice(0, 12)}`;
}

/** @returns `3 servers unchanged since COMMIT were not run.`; null where there are none */
export function unchangedSentence(result: WorkflowResult): string | null {
  const { length } = unchangedServers(result);
  if (length === 0) return null;
  return `${plural(length, 'server')} unchanged${sinceBase(result)} ${length === 1 ? 'was' : 'were'} not run.`;
}

function leftOut(result: WorkflowResult): string {
  const sentence = unchangedSentence(result);
  return sentence === null ? '' : ` ${sentence}`;
}

/** @returns that `changed-only` was asked for and everything ran, and why (foreign text); null where that is not so */
export function everythingRan({ changedOnly }: WorkflowResult): string | null {
  const why = changedOnly?.everything ?? null;
  return why === null ? null : `Everything was run in spite of changed-only, since ${why}.`;
}

/** @returns the run's conclusion in one or two sentences, without foreign text */
export function verdictSentence(result: WorkflowResult): string {
  return sentences[result.conclusion](result);
}

function parts(servers: number, cases: number, { counts }: WorkflowResult): string {
  const named = [
    servers > 0 ? `${servers} of ${plural(sumOf(counts.servers), 'server')}` : '',
    cases > 0 ? `${cases} of ${plural(sumOf(counts.cases), 'case')}` : '',
  ];
  return named.filter((part) => part !== '').join(' and ');
}

function suffix(before: string, text: string): string {
  return text === '' ? '' : before + text;
}

/** @returns that the run was interrupted and by what (foreign text), or null when it came to its end */
export function interruption(result: WorkflowResult): string | null {
  if (result.complete) return null;
  const by = result.interruptedBy === null ? '' : ` by ${result.interruptedBy}`;
  return `The run was interrupted${by} after ${duration(result.durationMs)}: what had not run by then is missing here.`;
}

/** Something that should have been looked at and was not. All three are plain text with foreign parts. */
export interface NotLookedAt {
  readonly what: string;
  readonly name: string;
  readonly reason: string;
}

/** @returns what the run did not look at: skipped servers, skipped cases by server, checks that could not be made */
export function notLookedAt(result: WorkflowResult): NotLookedAt[] {
  const looked = result.servers.filter(({ skippedAs }) => skippedAs !== 'unchanged');
  const perServer = looked.flatMap((server) =>
    server.state === 'skipped'
      ? [{ what: 'server', name: server.name, reason: server.reason ?? 'skipped' }]
      : [...casesNotLookedAt(server), ...uncheckedAssertions(server)],
  );
  const selfTest = result.selfTest
    .filter((line) => line.state === 'notChecked')
    .map((line) => ({ what: 'self-test of the sandbox', name: line.id, reason: line.detail }));
  return [...perServer, ...selfTest];
}

function casesNotLookedAt(server: ServerResult): NotLookedAt[] {
  const skipped = server.cases.filter((each) => each.state === 'skipped');
  if (skipped.length === 0) return [];
  const reasons = new Set(skipped.map((each) => each.reason ?? 'skipped'));
  const [first = 'skipped'] = reasons;
  const others = reasons.size > 1 ? ` (and ${plural(reasons.size - 1, 'other reason')})` : '';
  return [{ what: `${plural(skipped.length, 'case')} of`, name: server.name, reason: first + others }];
}

function uncheckedAssertions(server: ServerResult): NotLookedAt[] {
  const unchecked = server.cases.flatMap((each) => each.assertions.filter((one) => one.state === 'notChecked'));
  const [first] = unchecked;
  if (first === undefined) return [];
  return [{ what: `${plural(unchecked.length, 'assertion')} of`, name: server.name, reason: first.message }];
}

/** @returns the cases of a server that failed or could not be carried out */
export function troubledCases(server: ServerResult): CaseResult[] {
  return server.cases.filter(({ state }) => state === 'failed' || state === 'error');
}

/** @returns the servers to read about first, failed ones before those that infrastructure failed for */
export function troubledServers(result: WorkflowResult): ServerResult[] {
  const troubled = result.servers.filter(
    (server) => server.state === 'failed' || server.state === 'error' || troubledCases(server).length > 0,
  );
  return [...troubled.filter(({ state }) => state === 'failed'), ...troubled.filter(({ state }) => state !== 'failed')];
}

const mostAttempts = 10;

/** @returns a sentence on how a case was tried, where that is of interest: several attempts, or none that answered */
export function attemptsText(result: CaseResult): string | null {
  const bySteps = Map.groupBy(result.attempts, ({ step }) => step);
  const telling = [...bySteps.values()]
    .filter((attempts) => attempts.length > 1 || attempts.some(({ outcome }) => outcome !== 'answered'))
    .flat();
  if (telling.length === 0) return null;
  const named = hasSteps(result);
  const each = telling.slice(0, mostAttempts).map(({ step, outcome, durationMs }) => {
    return `${named ? `${step}: ` : ''}${outcome} after ${duration(durationMs)}`;
  });
  const more = telling.length > mostAttempts ? [`and ${telling.length - mostAttempts} more`] : [];
  return `${plural(telling.length, 'attempt')}: ${[...each, ...more].join('; ')}`;
}

/** Cases of one server that were skipped for one reason: many of them make one line. */
export interface SkippedCases {
  readonly server: ServerResult;
  readonly cases: readonly CaseResult[];
  readonly reason: string;
}

/** @returns the skipped cases of a server that did change, those with the same reason together */
export function skippedCases(server: ServerResult): SkippedCases[] {
  const skipped = server.skippedAs === null ? server.cases.filter(({ state }) => state === 'skipped') : [];
  const byReason = Map.groupBy(skipped, ({ reason }) => reason ?? 'no reason was given');
  return [...byReason].map(([reason, cases]) => ({ server, cases, reason }));
}

/** @returns services that could not be had, or ended: what a server's trouble may come from */
export function troubledServices(server: ServerResult): ServiceResult[] {
  return server.services.filter(({ state }) => state !== 'passed');
}

/** @returns every finding with its server, by severity; within one severity in the order of the result */
export function gravestFirst(servers: readonly ServerResult[]): { server: ServerResult; finding: Finding }[] {
  const all = servers.flatMap((server) => server.findings.map((finding) => ({ server, finding })));
  return Severity.options.flatMap((severity) => all.filter(({ finding }) => finding.severity === severity));
}
