import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../mcp/model.ts';
import type { Startup } from '../result/model.ts';
import { podmanFault } from '../sandbox/podman-fault.ts';
import { end, foreignNode, recordFindings, type ServerDraft } from './draft.ts';
import type { Instances } from './instances.ts';
import type { ServerRunContext } from './server-run.ts';
import { stateOfOutcome } from './verdict.ts';

/**
 * w03. Starts the server, or reaches it where it runs; an infrastructure fault is tried again with growing waits, the
 * server's own failure never. @returns null where there is no session: the draft says why.
 */
export async function connect(
  draft: ServerDraft,
  context: ServerRunContext,
  instances: Instances,
): Promise<Session | null> {
  const { config: server } = draft;
  const attempts: Startup['attempts'] = [];
  for (let attempt = 1; ; attempt++) {
    const opened = await instances.open();
    if (context.signal.aborted) return null;
    if ('advice' in opened) {
      failToStart(draft, { ...noStartup, ...opened, attempts });
      return null;
    }
    for (const each of opened.ok ? opened.attempts : opened.startup.attempts) {
      attempts.push({ ...each, durationMs: Math.round(each.durationMs) });
    }
    if (opened.ok) {
      recordSession(draft, opened.session, attempts);
      context.progress('w04 discover', server.name, describe(opened.session));
      return opened.session;
    }
    recordFindings(draft, opened.findings);
    const fault = infrastructureFault(opened.startup);
    if (fault === null || attempt >= server.retries) {
      refuse(draft, { ...opened.startup, attempts }, fault);
      context.progress('w03 connect', server.name, fault ?? opened.startup.outcome);
      return null;
    }
    const waitMs = Math.min(1000 * 2 ** (attempt - 1), 10_000);
    context.progress('w03 connect', server.name, `${fault}; trying again in ${waitMs / 1000} s`);
    await sleep(waitMs, undefined, { signal: context.signal }).catch(() => {});
  }
}

/** A sentence where the fault is not the server's, as far as anybody can tell. */
function infrastructureFault({ outcome, advice, exitCode, stderrTail }: Startup): string | null {
  const fault = podmanFault({ exitCode, spawnError: null, stderr: stderrTail });
  return fault ?? (outcome === 'unreachable' ? advice : null);
}

function refuse(draft: ServerDraft, startup: Startup, fault: string | null): void {
  const node = startup.outcome === 'crashed' ? foreignNode(draft) : null;
  const advice = node === null ? startup.advice : `${startup.advice} ${node}`;
  if (fault === null || startup.outcome === 'unreachable') failToStart(draft, { ...startup, advice });
  else end(draft, 'error', fault);
}

const noStartup = { stderrTail: '', exitCode: null, signal: null } as const;

/** A start that ended in no session, as the server's verdict. */
export function failToStart(draft: ServerDraft, startup: Startup): void {
  draft.result.startup = startup;
  end(draft, stateOfOutcome(startup.outcome), `${startup.outcome}: ${startup.advice}`);
}

/** The same where nothing was started. */
export function failBeforeStart(draft: ServerDraft, outcome: Startup['outcome'], advice: string): void {
  failToStart(draft, { ...noStartup, outcome, advice, attempts: [] });
}

function describe({ surface: { tools, protocol }, timings }: Session): string {
  const { revision, era } = protocol;
  return `${tools.length} tools, protocol ${revision} (${era}), started in ${(timings.startMs / 1000).toFixed(1)} s`;
}

function recordSession(draft: ServerDraft, session: Session, attempts: Startup['attempts']): void {
  const { result } = draft;
  const { protocol, tools, prompts, resources, resourceTemplates } = session.surface;
  Object.assign(result, {
    protocol,
    tools: [...tools],
    prompts: [...prompts],
    resources: [...resources],
    resourceTemplates: [...resourceTemplates],
  });
  result.timings.startMs = Math.round(session.timings.startMs);
  result.timings.listMs = Math.round(session.timings.listMs);
  result.startup = { ...noStartup, outcome: 'ok', advice: '', attempts };
}
