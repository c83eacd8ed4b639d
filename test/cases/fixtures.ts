import type { CaseSpec, Expectations, PathExpectation, ServerConfig, StepSpec } from '../../src/config/model.ts';
import type { CallOutcome, Heard } from '../../src/mcp/model.ts';
import type { ToolResult } from '../../src/result/model.ts';

const location = { file: 'mcp-workflow.yml', line: 3, column: 5 };

export function stepOf(expect: Expectations = {}, overrides: Partial<StepSpec> = {}): StepSpec {
  const request = { kind: 'tool', name: 'echo', args: {} } as const;
  return { name: 'steps[0]', request, expect, capture: {}, timeout: null, location, ...overrides };
}

/** A case with one call; `step` says what is special about that. */
export function caseOf(
  expect: Expectations = {},
  overrides: Partial<CaseSpec> = {},
  step: Partial<StepSpec> = {},
): CaseSpec {
  return {
    id: 'one',
    location,
    setup: [],
    steps: [stepOf(expect, step)],
    teardown: [],
    repeat: null,
    fresh: false,
    client: {},
    tags: [],
    skip: null,
    only: false,
    snapshotFile: '/nowhere/__snapshots__/cases.snap.json',
    ...overrides,
  };
}

/** JSONPaths to the values expected there. */
export function values(paths: Readonly<Record<string, unknown>>): Record<string, PathExpectation> {
  return Object.fromEntries(Object.entries(paths).map(([path, value]) => [path, { kind: 'value', value }]));
}

export function toolOf(overrides: Partial<ToolResult> = {}): ToolResult {
  return {
    name: 'echo',
    title: null,
    description: null,
    inputSchema: { type: 'object' },
    outputSchema: null,
    annotations: null,
    state: 'passed',
    problems: [],
    ...overrides,
  };
}

export function serverOf(overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: 'everything',
    source: { kind: 'path', given: '.', path: '/tmp/server' },
    transport: { kind: 'stdio' },
    protocol: 'auto',
    services: [],
    location: null,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
    build: null,
    installScripts: 'sandboxed',
    work: null,
    mounts: [],
    resources: { cpus: 0.5, memory: 1, pids: 1, disk: 1 },
    timeouts: { install: 1000, start: 1000, call: 30_000, stop: 1000 },
    retries: 3,
    cases: [],
    ...overrides,
  };
}

export const text = (value: string) => ({ type: 'text', text: value });

export const silence: Heard = { progress: [], logs: [], requests: [] };

export function resultOf(result: Readonly<Record<string, unknown>>, durationMs = 12, heard = silence): CallOutcome {
  return { kind: 'result', result, durationMs, heard };
}

export function says(value: string, more: Readonly<Record<string, unknown>> = {}): CallOutcome {
  return resultOf({ content: [text(value)], ...more });
}

export function structured(value: unknown): CallOutcome {
  return resultOf({ content: [text(JSON.stringify(value) ?? '')], structuredContent: value });
}

export const refusal: CallOutcome = {
  kind: 'protocolError',
  code: -32602,
  message: 'Unknown tool: echo',
  durationMs: 7,
  heard: silence,
};

/** A JSON value nested as deep as a message of a few hundred kilobytes allows. */
export function deep(levels = 100_000): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}
