import * as z from 'zod';

/**
 * The language that all rooms share: what one run found out. `result.json` is exactly this, validated by the JSON
 * Schema made from it (docs/result.schema.json), and every report is a pure function of it.
 *
 * Durations are milliseconds (`…Ms`), sizes bytes, times ISO 8601 in UTC. Fields may be added, never renamed.
 */

const ms = z.number().min(0);
const bytes = z.number().int().min(0);
const count = z.number().int().min(0);

/** Where something stands in a file of the user's; `file` is relative to the workspace, line and column count from 1. */
export const Location = z.strictObject({ file: z.string(), line: count, column: count });
export type Location = z.infer<typeof Location>;

export const Conclusion = z.enum(['passed', 'failed', 'error', 'incomplete']);
export type Conclusion = z.infer<typeof Conclusion>;

/** `error` is infrastructure and never a verdict on the server; `skipped` always has a reason. */
export const State = z.enum(['passed', 'failed', 'error', 'skipped']);
export type State = z.infer<typeof State>;

export const CheckState = z.enum(['passed', 'failed', 'notChecked']);
export type CheckState = z.infer<typeof CheckState>;

/** How a server's start ended. Most real servers that fail do so before the protocol begins. */
export const StartupOutcome = z.enum([
  'ok',
  'install_failed',
  'needs_env',
  'needs_args',
  'needs_service',
  'init_timeout',
  'crashed',
  'stdout_polluted',
  'not_mcp',
  'auth_required',
  'unreachable',
  'unsupported_platform',
]);
export type StartupOutcome = z.infer<typeof StartupOutcome>;

export const Severity = z.enum(['veto', 'high', 'medium', 'low', 'info']);
export type Severity = z.infer<typeof Severity>;

export const Finding = z.strictObject({
  /** Stable id of the rule. */
  check: z.string(),
  severity: Severity,
  /** What it is about: `server`, `list:tools` (or prompts, resources), `tool:NAME`. */
  subject: z.string(),
  message: z.string(),
  evidence: z.unknown().optional(),
  location: Location.nullable(),
});
export type Finding = z.infer<typeof Finding>;

export const AssertionResult = z.strictObject({
  /** The assertion's name in `expect`, for example `contains`. */
  kind: z.string(),
  state: CheckState,
  expected: z.unknown(),
  actual: z.unknown(),
  message: z.string(),
  /** The step of the case that it belongs to: `setup[0]`, `steps[1]`, or the name that the user gave it. */
  step: z.string(),
});
export type AssertionResult = z.infer<typeof AssertionResult>;

export const CaseAttempt = z.strictObject({
  durationMs: ms,
  /** `answered`, `timeout`, or what the infrastructure said. */
  outcome: z.string(),
  /** How long was waited before this attempt. */
  waitedMs: ms,
  /** As in the assertions. */
  step: z.string(),
});
export type CaseAttempt = z.infer<typeof CaseAttempt>;

export const CaseResult = z.strictObject({
  id: z.string(),
  /** The tool it calls first; what else a case asks is named as in `prompt NAME`, `resource URI`, `list tools`. */
  tool: z.string(),
  state: State,
  reason: z.string().nullable(),
  location: Location.nullable(),
  /** When it began; null where it did not run. */
  startedAt: z.iso.datetime().nullable(),
  /** Of the last attempt of its steps, all together; for a repeated case, of the last repetition. */
  durationMs: ms,
  /** Of a repeated case: how often it ran and passed, and how often it had to; null for others. */
  repeat: z.strictObject({ times: count, passed: count, required: count }).nullable(),
  attempts: z.array(CaseAttempt),
  assertions: z.array(AssertionResult),
});
export type CaseResult = z.infer<typeof CaseResult>;

export const ToolResult = z.strictObject({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  inputSchema: z.unknown(),
  outputSchema: z.unknown(),
  annotations: z.unknown(),
  /** `failed`: the definition is broken (see `problems`) and the tool cannot be called by its schema. */
  state: State,
  problems: z.array(z.string()),
});
export type ToolResult = z.infer<typeof ToolResult>;

export const Scores = z.strictObject({
  functionality: z.number().nullable(),
  security: z.number().nullable(),
  performance: z.number().nullable(),
  overall: z.number().nullable(),
  coverage: z.number().nullable(),
});
export type Scores = z.infer<typeof Scores>;

export const StartupAttempt = z.strictObject({ durationMs: ms, error: z.string().nullable() });

export const Startup = z.strictObject({
  outcome: StartupOutcome,
  /** One sentence that says what to do; empty when the outcome is `ok`. */
  advice: z.string(),
  /** The last lines of the server's (or the installer's) stderr. */
  stderrTail: z.string(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  attempts: z.array(StartupAttempt),
});
export type Startup = z.infer<typeof Startup>;

export const Protocol = z.strictObject({
  /** The revision that was negotiated, for example `2025-11-25`; the server is judged by it. */
  revision: z.string(),
  era: z.enum(['legacy', 'modern']),
  serverInfo: z.unknown(),
  capabilities: z.unknown(),
  clientCapabilities: z.unknown(),
  instructions: z.string().nullable(),
});
export type Protocol = z.infer<typeof Protocol>;

export const ResolvedSource = z.strictObject({
  /** `npm`, `pypi`, `path`, `git`, `oci`, `remote`. */
  kind: z.string(),
  name: z.string(),
  version: z.string().nullable(),
  /** Subresource integrity of the package as the registry published it; null for a local path. */
  integrity: z.string().nullable(),
  /** `sha256:…`: of an image, or over the files of a local path as they were copied; of a repository the commit. */
  digest: z.string().nullable(),
});
export type ResolvedSource = z.infer<typeof ResolvedSource>;

export const Timings = z.strictObject({
  /** w02: to the exact version; the volume and what npm puts into it; install scripts and build. */
  resolveMs: ms,
  fetchMs: ms,
  scriptsMs: ms,
  startMs: ms,
  listMs: ms,
  casesMs: ms,
});
export type Timings = z.infer<typeof Timings>;

/** When a phase of the workflow ran: `w02 install` and the like. */
export const PhaseSpan = z.strictObject({ phase: z.string(), startedAt: z.iso.datetime(), durationMs: ms });
export type PhaseSpan = z.infer<typeof PhaseSpan>;

/** A program that ran beside the server, in its sandbox. */
export const ServiceResult = z.strictObject({
  name: z.string(),
  image: z.strictObject({ given: z.string(), digest: z.string().nullable() }),
  state: State,
  reason: z.string().nullable(),
  /** From its start until it was ready; null where it never was. */
  readyMs: ms.nullable(),
  /** The last lines of its output. */
  logTail: z.string(),
});
export type ServiceResult = z.infer<typeof ServiceResult>;

export const ServerResult = z.strictObject({
  name: z.string(),
  state: State,
  /** Why it is not `passed`; null when it is. */
  reason: z.string().nullable(),
  /** For programs, of a skipped one: `unchanged`, by `changed-only`, leaves the conclusion alone; null for all other reasons. */
  skippedAs: z.enum(['unchanged']).nullable(),
  source: z.strictObject({
    given: z.string(),
    resolved: ResolvedSource.nullable(),
    location: Location.nullable(),
    /** Of a server that was found in a repository: the manifests that declare it, the most trusted first; files are relative to its root. */
    declaredIn: z.array(z.strictObject({ format: z.string(), field: z.string(), location: Location })),
  }),
  image: z.strictObject({
    given: z.string(),
    digest: z.string().nullable(),
    /** Versions of what the image brought, by name: `node`, `npm`. */
    toolchain: z.record(z.string(), z.string()),
  }),
  /** How it was reached: `stdio`, `http` in its sandbox, or `remote`. */
  transport: z.enum(['stdio', 'http', 'remote']),
  /** null where the server was skipped or infrastructure failed before it could start. */
  startup: Startup.nullable(),
  protocol: Protocol.nullable(),
  tools: z.array(ToolResult),
  prompts: z.array(z.unknown()),
  resources: z.array(z.unknown()),
  resourceTemplates: z.array(z.unknown()),
  timings: Timings,
  /** When it left the queue; null where it did not. */
  startedAt: z.iso.datetime().nullable(),
  durationMs: ms,
  phases: z.array(PhaseSpan),
  /** How often its process was started again because it had ended during its cases. */
  restarts: count,
  services: z.array(ServiceResult),
  /** The most that one of its instances held (`memory.peak` of its cgroup); null where memory is not counted. */
  peakMemory: bytes.nullable(),
  installSize: bytes.nullable(),
  cases: z.array(CaseResult),
  findings: z.array(Finding),
  scores: Scores,
});
export type ServerResult = z.infer<typeof ServerResult>;

export const SelfTestLine = z.strictObject({ id: z.string(), state: CheckState, detail: z.string() });
export type SelfTestLine = z.infer<typeof SelfTestLine>;

export const Enforcement = z.enum(['enforced', 'notEnforced']);
export type Enforcement = z.infer<typeof Enforcement>;

export const HostFacts = z.strictObject({
  os: z.string(),
  podman: z.string().nullable(),
  node: z.string(),
  cgroup: z.enum(['v1', 'v2']).nullable(),
  limits: z.strictObject({ memory: Enforcement, pids: Enforcement, cpu: Enforcement, disk: Enforcement }),
});
export type HostFacts = z.infer<typeof HostFacts>;

export const CleanupOperation = z.strictObject({
  operation: z.enum(['containers', 'sessions', 'volumes', 'networks', 'images', 'processes', 'state', 'logs']),
  success: z.boolean(),
  itemsProcessed: count,
  error: z.string().nullable(),
});
export type CleanupOperation = z.infer<typeof CleanupOperation>;

const byState = z.strictObject({ passed: count, failed: count, error: count, skipped: count });
const bySeverity = z.strictObject({ veto: count, high: count, medium: count, low: count, info: count });

export const Counts = z.strictObject({ servers: byState, tools: count, cases: byState, findings: bySeverity });
export type Counts = z.infer<typeof Counts>;

/** A mistake in the inputs or the configuration: what was found, what was expected, what to do. */
export const Problem = z.strictObject({ message: z.string(), location: Location.nullable() });
export type Problem = z.infer<typeof Problem>;

/** A repository that was searched for servers. */
export const RepositoryResult = z.strictObject({
  given: z.string(),
  /** `failed`: it could not be used, or holds no server. */
  state: State,
  reason: z.string().nullable(),
  commit: z.string().nullable(),
  location: Location.nullable(),
  /** Names of the servers that were found in it. */
  servers: z.array(z.string()),
  /** What looks like a server and is none; at most 100. */
  leftOut: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  notes: z.array(z.string()),
});
export type RepositoryResult = z.infer<typeof RepositoryResult>;

/** What became of the snapshot files; `stale` is what lies in them and no case asks for. Files are relative to the workspace. */
export const SnapshotReport = z.strictObject({
  written: count,
  removed: count,
  stale: z.array(z.strictObject({ file: z.string(), key: z.string() })),
});
export type SnapshotReport = z.infer<typeof SnapshotReport>;

/** What `changed-only` compared the workspace with. */
export const ChangedOnly = z.strictObject({
  /** The commit; null where none could be compared with. */
  base: z.string().nullable(),
  /** Why every server ran, as a sentence without its end; null where each was looked at. */
  everything: z.string().nullable(),
});
export type ChangedOnly = z.infer<typeof ChangedOnly>;

export const WorkflowResult = z.strictObject({
  schemaVersion: z.literal(1),
  workflowId: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: ms,
  /** Of the run as a whole; those of a server stand with it. */
  phases: z.array(PhaseSpan),
  /** false: the run was interrupted; `interruptedBy` says by what. */
  complete: z.boolean(),
  interruptedBy: z.string().nullable(),
  conclusion: Conclusion,
  /** Why the conclusion is not `passed`, one sentence each, most important first. */
  reasons: z.array(z.string()),
  counts: Counts,
  host: HostFacts,
  selfTest: z.array(SelfTestLine),
  /** What is true of the run as a whole: configuration mistakes, or why the sandbox could not be made. */
  problems: z.array(Problem),
  servers: z.array(ServerResult),
  repositories: z.array(RepositoryResult),
  /** null where no case asks for a snapshot, or the run did not come to its end. */
  snapshots: SnapshotReport.nullable(),
  /** null where it was not asked for, or the run ended before. */
  changedOnly: ChangedOnly.nullable(),
  cleanup: z.strictObject({ operations: z.array(CleanupOperation) }),
});
export type WorkflowResult = z.infer<typeof WorkflowResult>;
