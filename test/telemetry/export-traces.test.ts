import { describe, expect, it, vi } from 'vitest';
import { exportTraces } from '../../src/telemetry/export-traces.ts';
import { spanTree } from '../../src/telemetry/span-tree.ts';
import type { SpanNode } from '../../src/telemetry/span-node.ts';
import type { WorkflowResult } from '../../src/result/model.ts';
import * as make from '../report/results.ts';
import { receiver } from './receiver.ts';

const never = new AbortController().signal;
const exported = (result: WorkflowResult, env: NodeJS.ProcessEnv): Promise<string | null> =>
  exportTraces(result, env, { signal: never });

const canary = 'do-not-send-this';

/** A run with everything that makes a span; texts that must not leave the machine bear the canary. */
function aTracedResult(): WorkflowResult {
  const span = (phase: string, second: number, durationMs: number) => ({
    phase,
    startedAt: `2026-09-01T10:00:0${second}.000Z`,
    durationMs,
  });
  const attempts = [
    make.anAttempt({ durationMs: 500, outcome: 'timeout' }),
    make.anAttempt({ durationMs: 12, waitedMs: 1000 }),
  ];
  const assertions = [make.anAssertion({ expected: canary, actual: canary, message: canary })];
  const cases = [
    make.aFailedCase('sum', { tool: 'get-sum', attempts, assertions, reason: canary }),
    make.aCase('greets', { tool: 'prompt greet' }),
    make.aCase('two', { attempts: [make.anAttempt({ step: 'login' }), make.anAttempt({ step: 'steps[1]' })] }),
    make.aCase('later', { state: 'skipped', reason: canary, startedAt: null, attempts: [] }),
  ];
  const server = make.aServer('everything', {
    state: 'failed',
    reason: canary,
    cases,
    phases: [span('w02 install', 1, 900), span('w07 execute', 4, 3000)],
    findings: [make.aFinding({ message: canary })],
  });
  const orders = make.aServerThatNeverStarted('orders', {
    startup: make.aStartup({ outcome: 'crashed', advice: canary, stderrTail: canary }),
  });
  const queued = make.aServer('queued', { state: 'skipped', startedAt: null });
  return make.aResult([server, orders, queued], {
    conclusion: 'failed',
    reasons: [canary],
    phases: [span('w00 initialize', 0, 40)],
    problems: [{ message: canary, location: null }],
  });
}

describe('exportTraces', () => {
  it.each([
    {},
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  ])('does nothing with %j', async (env) => {
    expect(await exported(aTracedResult(), env)).toBeNull();
  });

  it('sends the run as one tree', async () => {
    await using collector = await receiver();
    const said = await exported(aTracedResult(), { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` });
    expect(said).toBe(`Traces: 14 spans were sent to ${collector.url}.`);
    expect(collector.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
    const byId = new Map(collector.spans.map((span) => [span.spanId, span.name]));
    const parents = collector.spans.map((span) => [span.name, byId.get(span.parentSpanId ?? '') ?? null]);
    expect(Object.fromEntries(parents)).toEqual({
      'mcp-workflow run': null,
      'w00 initialize': 'mcp-workflow run',
      'server everything': 'mcp-workflow run',
      'w02 install': 'server everything',
      'w07 execute': 'server everything',
      'case sum': 'w07 execute',
      'tools/call get-sum': 'case sum',
      'case greets': 'w07 execute',
      'prompts/get greet': 'case greets',
      'case two': 'w07 execute',
      'step login': 'case two',
      'step steps[1]': 'case two',
      'server orders': 'mcp-workflow run',
    });
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
    const nanos = (iso: string) => String(BigInt(Date.parse(iso)) * 1_000_000n);
    expect(collector.span('mcp-workflow run')).toMatchObject({
      startTimeUnixNano: nanos('2026-09-01T10:00:00.000Z'),
      endTimeUnixNano: nanos('2026-09-01T10:00:45.200Z'),
      status: { code: 2, message: 'failed' },
    });
  });

  it('follows the semantic conventions', async () => {
    await using collector = await receiver();
    await exported(aTracedResult(), { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const [first, second] = collector.spans.filter(({ name }) => name === 'tools/call get-sum');
    expect(first).toMatchObject({
      kind: 3,
      status: { code: 2 },
      attributes: {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'get-sum',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': '2025-11-25',
        'network.transport': 'pipe',
        'error.type': 'timeout',
      },
    });
    expect(second?.attributes).not.toHaveProperty('error.type');
    expect(BigInt(second?.startTimeUnixNano ?? 0) - BigInt(first?.endTimeUnixNano ?? 0)).toBe(1_000_000_000n);
    expect(collector.span('case sum')).toMatchObject({
      status: { code: 2, message: 'failed: contains' },
      attributes: { 'test.case.name': 'sum', 'test.case.result.status': 'fail', 'test.suite.name': 'everything' },
    });
    expect(collector.span('case greets').status.code).toBe(0);
    expect(collector.span('server orders')).toMatchObject({
      status: { message: 'crashed' },
      attributes: { 'error.type': 'crashed', 'test.suite.run.status': 'failure' },
    });
  });

  it('sends no arguments, results, messages or last words', async () => {
    await using collector = await receiver();
    await exported(aTracedResult(), { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(JSON.stringify(collector.spans)).not.toContain(canary);
  });

  it('is part of the trace that TRACEPARENT names, and silent where that is not sampled', async () => {
    await using collector = await receiver();
    const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/custom` };
    await exported(aTracedResult(), { ...env, TRACEPARENT: `00-${trace}-${parent}-01` });
    expect(collector.span('mcp-workflow run')).toMatchObject({ traceId: trace, parentSpanId: parent });
    expect(collector.requests[0]?.path).toBe('/custom');
    expect(await exported(aTracedResult(), { ...env, TRACEPARENT: `00-${trace}-${parent}-00` })).toContain(
      'not sampled',
    );
    expect(collector.requests).toHaveLength(1);
  });

  it('says what is known of the CI job and of the service', async () => {
    await using collector = await receiver();
    vi.stubEnv('OTEL_SERVICE_NAME', 'our-gate');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=ci');
    const github = { GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/mcp' };
    await exported(aTracedResult(), { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...github, GITHUB_RUN_ID: '42' });
    vi.unstubAllEnvs();
    expect(collector.resource).toMatchObject({
      'service.name': 'our-gate',
      'deployment.environment.name': 'ci',
      'cicd.pipeline.run.id': '42',
      'cicd.pipeline.run.url.full': 'https://github.com/acme/mcp/actions/runs/42',
    });
  });

  it('sends the headers that the variable names, and says nothing of them', async () => {
    await using collector = await receiver(401, `{"message":"bad key ${canary}"}`);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', `x-api-key=${canary}`);
    const url = new URL(collector.url);
    const said = await exported(aTracedResult(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${canary}@${url.host}/${canary}`,
    });
    vi.unstubAllEnvs();
    expect(collector.requests[0]?.headers['x-api-key']).toBe(canary);
    expect(said).toBe(`Traces could not be exported to ${url.origin}: it answered HTTP 401. No verdict depends on it.`);
  });

  it('gives up after its time, and at once when it is told to', async () => {
    await using collector = await receiver('never');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' };
    expect(await exported(aTracedResult(), env)).toMatch(/could not be exported to .*: (it took too long|\w+)/);
    expect(await exportTraces(aTracedResult(), env, { signal: AbortSignal.abort() })).toContain('it took too long');
  });

  it('names what hinders it', async () => {
    const refused = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '500' };
    expect(await exported(aTracedResult(), refused)).toContain('http://127.0.0.1:1: ECONNREFUSED.');
    const secret = { OTEL_EXPORTER_OTLP_ENDPOINT: `${canary}://x` };
    expect(await exported(aTracedResult(), secret)).toBe(
      'Traces were not exported: OTEL_EXPORTER_OTLP_ENDPOINT is no http(s) URL.',
    );
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(await exported(aTracedResult(), grpc)).toContain('`http/json`');
  });

  it('sends 10,000 cases in a few requests', async () => {
    await using collector = await receiver();
    const cases = Array.from({ length: 10_000 }, (_, at) => make.aCase(`c${at}`));
    const result = make.aResult([make.aServer('s', { cases })]);
    const said = await exported(result, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    });
    expect(said).toContain('20002 spans');
    expect(collector.spans).toHaveLength(20_002);
    expect(collector.requests.length).toBeLessThan(12);
    expect(Math.max(...collector.requests.map(({ bytes }) => bytes))).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('spanTree', () => {
  it('gives no span an end before its start, and bounds foreign names', () => {
    const name = `\ud800${'x'.repeat(100_000)}`;
    const cases = [make.aCase(name, { tool: name, attempts: [], durationMs: 0 })];
    const check = (node: SpanNode): void => {
      expect(node.endMs).toBeGreaterThanOrEqual(node.startMs);
      expect(node.name.length).toBeLessThan(300);
      expect(node.name.isWellFormed()).toBe(true);
      for (const value of Object.values(node.attributes)) expect(String(value).length).toBeLessThanOrEqual(200);
      node.children.forEach(check);
    };
    check(spanTree(make.aResult([make.aServer(name, { cases, durationMs: 0 })], { durationMs: 0 })));
  });
});
