import type { CaseSpec, Expectations, ServerConfig } from '../../src/config/model.ts';
import type { CallOutcome } from '../../src/mcp/model.ts';
import type { ToolResult } from '../../src/result/model.ts';

export function caseOf(expect: Expectations = {}, overrides: Partial<CaseSpec> = {}): CaseSpec {
  return {
    id: 'one',
    tool: 'echo',
    args: {},
    expect,
    location: { file: 'mcp-workflow.yml', line: 3, column: 5 },
    timeout: null,
    tags: [],
    skip: null,
    only: false,
    ...overrides,
  };
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
    location: null,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
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

export function resultOf(result: Readonly<Record<string, unknown>>, durationMs = 12): CallOutcome {
  return { kind: 'result', result, durationMs };
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
};

/** A JSON value nested as deep as a message of a few hundred kilobytes allows. */
export function deep(levels = 100_000): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}
