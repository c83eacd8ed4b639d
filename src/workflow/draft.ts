import semver from 'semver';
import { notRun } from '../cases/run-cases.ts';
import type { ServerConfig } from '../config/model.ts';
import type { InstalledTree } from '../install/model.ts';
import type { Origin } from './origin.ts';
import type { Finding, ServerResult, State } from '../result/model.ts';
import { endPhase, enterPhase, sinceIso } from './phases.ts';

/** The result of a server while it is still being worked on: what is known so far is never lost to an interruption. */
export interface ServerDraft {
  /** Replaced where its source is found to mean another, such as the package that a registry names. */
  config: ServerConfig;
  readonly result: ServerResult;
  /** What it is made from, where it comes from a repository and that is known. */
  origin: Origin | null;
  /** The phase it is in, for the sentence that says where it was cut off; null when it has ended. */
  phase: string | null;
}

export function newDraft(config: ServerConfig, origin: Origin | null = null, findings: Finding[] = []): ServerDraft {
  return {
    config,
    origin,
    phase: 'waiting',
    result: {
      name: config.name,
      state: 'skipped',
      reason: 'not started yet',
      skippedAs: null,
      source: {
        given: config.source.given,
        resolved: null,
        location: config.location,
        declaredIn: declaredIn(origin),
      },
      image: { given: config.image, digest: null, toolchain: {} },
      transport: config.transport.kind,
      startup: null,
      protocol: null,
      tools: [],
      prompts: [],
      resources: [],
      resourceTemplates: [],
      timings: { resolveMs: 0, fetchMs: 0, scriptsMs: 0, startMs: 0, listMs: 0, casesMs: 0 },
      startedAt: null,
      durationMs: 0,
      phases: [],
      restarts: 0,
      services: [],
      peakMemory: null,
      installSize: null,
      cases: [],
      findings,
      scores: { functionality: null, security: null, performance: null, overall: null, coverage: null },
    },
  };
}

/** Which manifests declare it, the most trusted first. */
export function declaredIn(origin: Origin | null): ServerResult['source']['declaredIn'] {
  return (origin?.found?.declaredIn ?? []).map(({ format, field, file, line, column }) => {
    return { format, field, location: { file, line, column } };
  });
}

/** From here on the server is in this phase. */
export function enter(draft: ServerDraft, phase: string): void {
  draft.result.startedAt ??= new Date().toISOString();
  draft.phase = phase;
  enterPhase(draft.result.phases, phase);
}

/** The server's verdict; where it was cut off, that is its result, and nothing changes it. */
export function end(draft: ServerDraft, state: State, reason: string | null): void {
  if (draft.phase === null) return;
  draft.result.state = state;
  draft.result.reason = reason;
  skipTheRest(draft, whyNot(draft));
  leave(draft);
}

/** Nothing about it is different from the base, so that it is not run: no verdict, and none that is missing. */
export function endUnchanged(draft: ServerDraft, commit: string): void {
  if (draft.phase === null) return;
  draft.result.skippedAs = 'unchanged';
  end(draft, 'skipped', `unchanged since ${commit.slice(0, 12)}`);
}

function whyNot({ result }: ServerDraft): string {
  if (result.skippedAs === 'unchanged') return 'its server is unchanged';
  return result.state === 'skipped' ? 'its server was skipped' : 'its server did not start';
}

/** Cases that nobody came to are counted as well: a server that is lost takes none of them along unseen. */
function skipTheRest({ config, result }: ServerDraft, reason: string): void {
  const done = new Set(result.cases.map(({ id }) => id));
  for (const spec of config.cases) if (!done.has(spec.id)) result.cases.push(notRun(spec, reason));
}

function leave(draft: ServerDraft): void {
  endPhase(draft.result.phases);
  if (draft.result.startedAt !== null) draft.result.durationMs = sinceIso(draft.result.startedAt);
  draft.phase = null;
}

/** What is said of a server as a whole stands at its line in the user's file, once. */
export function recordFindings(draft: ServerDraft, findings: readonly Finding[]): void {
  const located = findings.map((finding) => ({ ...finding, location: finding.location ?? draft.config.location }));
  // A server that is started again says the same again.
  const known = new Set(
    draft.result.findings.map((finding) => JSON.stringify([finding.check, finding.subject, finding.message])),
  );
  const fresh = located.filter(({ check, subject, message }) => !known.has(JSON.stringify([check, subject, message])));
  draft.result.findings.push(...fresh);
}

const nodeVersion = 'node-version';

/** @returns what is said where another Node starts the server than it asks for; null where it gets what it wants */
export function foreignNode({ result }: ServerDraft): string | null {
  return result.findings.find(({ check }) => check === nodeVersion)?.message ?? null;
}

/** w02 in the result. */
export function recordTree(draft: ServerDraft, tree: InstalledTree): void {
  const { result } = draft;
  result.source.resolved = tree.resolved;
  Object.assign(result.timings, tree.timings);
  result.installSize = tree.size;
  const npm: Record<string, string> = tree.npm === null ? {} : { npm: tree.npm };
  result.image.toolchain = { ...result.image.toolchain, ...npm, ...tree.tools };
  recordFindings(draft, nodeFindings(tree));
  const { packages, ran, failure } = tree.scripts;
  if (packages.length === 0) return;
  result.findings.push({
    check: 'install-scripts',
    severity: 'info',
    subject: 'server',
    message: scriptsMessage(packages, ran, failure),
    ...(failure === null ? {} : { evidence: { lastLines: failure } }),
    location: draft.config.location,
  });
}

function nodeFindings({ node }: InstalledTree): Finding[] {
  if (!node || semver.validRange(node.wanted) === null || semver.satisfies(node.version, node.wanted)) return [];
  const message = `Its package.json asks for Node ${node.wanted}, and Node ${node.version} starts it: have \`actions/setup-node\` before this step choose another, or name an \`image\` that has it.`;
  return [{ check: nodeVersion, severity: 'medium', subject: 'server', message, location: null }];
}

function scriptsMessage(packages: readonly string[], ran: boolean, failure: string | null): string {
  const which = `${packages.length} package${packages.length === 1 ? ' has' : 's have'} install scripts (${packages.slice(0, 5).join(', ')}${packages.length > 5 ? ', …' : ''})`;
  if (!ran) return `${which}; they were not run, since \`installScripts\` is \`never\`.`;
  return failure === null
    ? `${which}; they ran without network.`
    : `${which}; without network they failed, and the server was started all the same.`;
}

/** Whatever has no verdict when a run is cut off: not looked at, which is never a verdict. */
export function cutOff(draft: ServerDraft, by: string): void {
  if (draft.phase === null) return;
  const where = draft.phase === 'waiting' ? 'before it was started' : `during ${draft.phase}`;
  draft.result.state = 'skipped';
  draft.result.reason = `cut off by ${by} ${where}`;
  skipTheRest(draft, `cut off by ${by}`);
  leave(draft);
}
