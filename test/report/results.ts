import { countsOf } from '../../src/result/counts.ts';
import {
  CaseResult,
  ServerResult,
  Startup,
  WorkflowResult,
  type AssertionResult,
  type CaseAttempt,
  type Finding,
  type ServiceResult,
  type ToolResult,
} from '../../src/result/model.ts';

/** Builds whole, valid results from what matters to a test. Everything is parsed by the model itself. */

export function aTool(name: string, changes: Partial<ToolResult> = {}): ToolResult {
  const nothing = {
    title: null,
    description: null,
    inputSchema: { type: 'object' },
    outputSchema: null,
    annotations: null,
  };
  return { name, ...nothing, state: 'passed', problems: [], ...changes };
}

export function aFinding(changes: Partial<Finding> = {}): Finding {
  const message = 'The name has 71 characters; at most 64 are portable.';
  return { check: 'tool-name-length', severity: 'low', subject: 'tool:x', message, location: null, ...changes };
}

export function anAssertion(changes: Partial<AssertionResult> = {}): AssertionResult {
  const message = 'The text does not contain "5".';
  return {
    kind: 'contains',
    state: 'failed',
    expected: '5',
    actual: 'The sum is 6.',
    message,
    step: 'steps[0]',
    ...changes,
  };
}

export function anAttempt(changes: Partial<CaseAttempt> = {}): CaseAttempt {
  return { durationMs: 12, outcome: 'answered', waitedMs: 0, step: 'steps[0]', ...changes };
}

export function aCase(id: string, changes: Partial<CaseResult> = {}): CaseResult {
  return CaseResult.parse({
    id,
    tool: 'echo',
    state: 'passed',
    reason: null,
    location: { file: 'mcp-cases/all.yml', line: 4, column: 3 },
    startedAt: '2026-09-01T10:00:05.000Z',
    durationMs: 12,
    repeat: null,
    attempts: [anAttempt()],
    assertions: [],
    ...changes,
  });
}

export function aFailedCase(id: string, changes: Partial<CaseResult> = {}): CaseResult {
  return aCase(id, { state: 'failed', assertions: [anAssertion()], ...changes });
}

export function aStartup(changes: Partial<Startup> = {}): Startup {
  const nothing = { advice: '', stderrTail: '', exitCode: null, signal: null };
  return Startup.parse({ outcome: 'ok', ...nothing, attempts: [{ durationMs: 420, error: null }], ...changes });
}

export function aServer(name: string, changes: Partial<ServerResult> = {}): ServerResult {
  return ServerResult.parse({
    name,
    state: 'passed',
    reason: null,
    skippedAs: null,
    source: {
      given: `npm:@example/${name}@1.2.0`,
      resolved: { kind: 'npm', name: `@example/${name}`, version: '1.2.0', integrity: 'sha512-AAAA', digest: null },
      location: { file: '.github/mcp-workflow.yml', line: 6, column: 13 },
      declaredIn: [],
    },
    image: { given: 'host', digest: null, toolchain: { node: '24.19.0' } },
    transport: 'stdio',
    startup: aStartup(),
    protocol: {
      revision: '2025-11-25',
      era: 'legacy',
      serverInfo: { name, version: '1.2.0' },
      capabilities: {},
      clientCapabilities: {},
      instructions: null,
    },
    tools: [aTool('echo'), aTool('get-sum')],
    prompts: [],
    resources: [],
    resourceTemplates: [],
    timings: { resolveMs: 120, fetchMs: 1400, scriptsMs: 0, startMs: 420, listMs: 30, casesMs: 90 },
    startedAt: '2026-09-01T10:00:01.000Z',
    durationMs: 2060,
    phases: [],
    restarts: 0,
    services: [],
    peakMemory: 52_428_800,
    installSize: 13_000_000,
    cases: [],
    findings: [],
    scores: { functionality: null, security: null, performance: null, overall: null, coverage: null },
    ...changes,
  });
}

/** A program beside a server, which was ready at once. */
export function aService(name: string, changes: Partial<ServiceResult> = {}): ServiceResult {
  const image = { given: 'postgres:17', digest: null };
  return { name, image, state: 'passed', reason: null, readyMs: 800, logTail: '', ...changes };
}

/** A server that never answered: no protocol, no tools. */
export function aServerThatNeverStarted(name: string, changes: Partial<ServerResult> = {}): ServerResult {
  return aServer(name, {
    state: 'failed',
    reason: 'The server did not answer `initialize` within 30 s.',
    startup: {
      outcome: 'init_timeout',
      advice: 'Start it by hand and see what it waits for; a longer time is set with timeouts.start.',
      stderrTail: 'Loading configuration\nConnecting to database at localhost:5432\n',
      exitCode: null,
      signal: 'SIGKILL',
      attempts: [
        { durationMs: 30_000, error: 'no answer' },
        { durationMs: 30_000, error: 'no answer' },
      ],
    },
    protocol: null,
    tools: [],
    timings: { resolveMs: 120, fetchMs: 1400, scriptsMs: 0, startMs: 60_000, listMs: 0, casesMs: 0 },
    ...changes,
  });
}

export function aSkippedServer(name: string, reason = 'grant SEARCH_TOKEN'): ServerResult {
  const resolved = {
    source: {
      given: 'npm:search',
      resolved: null,
      location: { file: '.github/mcp-workflow.yml', line: 20, column: 13 },
      declaredIn: [],
    },
  };
  return aServer(name, { state: 'skipped', reason, startup: null, protocol: null, tools: [], ...resolved });
}

export function aResult(servers: readonly ServerResult[], changes: Partial<WorkflowResult> = {}): WorkflowResult {
  return WorkflowResult.parse({
    schemaVersion: 1,
    workflowId: '1001-1-test-3f2a',
    startedAt: '2026-09-01T10:00:00.000Z',
    durationMs: 45_200,
    phases: [],
    complete: true,
    interruptedBy: null,
    conclusion: 'passed',
    reasons: [],
    counts: countsOf(servers),
    host: {
      os: 'Ubuntu 24.04',
      podman: '4.9.3',
      node: '24.19.0',
      cgroup: 'v2',
      limits: { memory: 'enforced', pids: 'enforced', cpu: 'enforced', disk: 'notEnforced' },
    },
    selfTest: [
      { id: 'no-network', state: 'passed', detail: 'No address is reachable.' },
      { id: 'no-new-privileges', state: 'passed', detail: 'NoNewPrivs is 1.' },
    ],
    problems: [],
    servers,
    repositories: [],
    snapshots: null,
    changedOnly: null,
    cleanup: { operations: [] },
    ...changes,
  });
}

/** One of everything that a team meets on a usual bad day. */
export function aTypicalResult(): WorkflowResult {
  const everything = aServer('everything', {
    state: 'failed',
    reason: '2 of 4 cases did not pass.',
    cases: [
      aCase('echoes'),
      aFailedCase('sum', {
        tool: 'get-sum',
        location: { file: 'mcp-cases/all.yml', line: 12, column: 3 },
        assertions: [anAssertion(), anAssertion({ kind: 'isError', state: 'passed', expected: false, actual: false })],
      }),
      aCase('slow', {
        state: 'error',
        reason: 'The container ended before the call was answered.',
        location: { file: 'mcp-cases/all.yml', line: 20, column: 3 },
        attempts: [
          anAttempt({ durationMs: 900, outcome: 'the container ended' }),
          anAttempt({ durationMs: 880, outcome: 'the container ended', waitedMs: 1000 }),
        ],
      }),
      aCase('images', { state: 'skipped', reason: 'not before version 2', attempts: [], durationMs: 0 }),
    ],
    findings: [
      aFinding({ subject: 'tool:get-sum' }),
      aFinding({
        check: 'stdout-polluted',
        severity: 'high',
        subject: 'server',
        message: 'Wrote 2 lines to stdout that are no messages.',
      }),
    ],
  });
  const servers = [
    aServer('clock', { cases: [aCase('now'), aCase('zones')] }),
    everything,
    aServerThatNeverStarted('orders'),
    aSkippedServer('search'),
  ];
  const reasons = ['2 servers failed: everything, orders.', '1 server was skipped: search (grant SEARCH_TOKEN).'];
  return aResult(servers, { conclusion: 'failed', reasons });
}
