import type { SpanContext } from '@opentelemetry/api';
import { attributesOf, type Attributes } from './span-node.ts';

/** Where traces go, as the standard variables say it. */
export interface TraceSettings {
  readonly url: string;
  /** For the log: without path, query and credentials. */
  readonly shownUrl: string;
  /** For everything together. */
  readonly budgetMs: number;
  /** The span that the run is a part of; null: it begins a trace of its own. */
  readonly parent: SpanContext | null;
  /** What is known of the CI job. */
  readonly resource: Attributes;
}

const defaultBudgetMs = 5000;
const mostBudgetMs = 60_000;
const defaultEndpoint = 'http://localhost:4318';

/**
 * Reads `OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER`, `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_PROTOCOL` and `…_TIMEOUT` (each
 * also with `TRACES_`) and `TRACEPARENT`. Headers, certificates, compression, `OTEL_SERVICE_NAME` and
 * `OTEL_RESOURCE_ATTRIBUTES` are read by the libraries themselves: no value of them passes through here.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 * @returns null where nothing is to be exported, a sentence where the settings do not fit
 */
export function readTraceSettings(env: Readonly<NodeJS.ProcessEnv>): TraceSettings | string | null {
  if (text(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return null;
  const exporters = text(env, 'OTEL_TRACES_EXPORTER')
    ?.split(',')
    .map((name) => name.trim());
  if (exporters !== undefined && !exporters.includes('otlp')) return null;
  const endpoint =
    endpointOf(env) ?? (exporters === undefined ? null : { from: '', url: `${defaultEndpoint}/v1/traces` });
  if (endpoint === null) return null;
  const protocol = text(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? text(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') {
    return 'Traces were not exported: OTEL_EXPORTER_OTLP_PROTOCOL is `grpc`, and only OTLP over HTTP is spoken here; set it to `http/json` and the endpoint to the port for it (usually 4318).';
  }
  const url = URL.parse(endpoint.url);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return `Traces were not exported: ${endpoint.from} is no http(s) URL.`;
  }
  return {
    url: url.href,
    shownUrl: url.origin,
    budgetMs: budgetOf(env),
    parent: parentOf(env['TRACEPARENT'] ?? ''),
    resource: ciAttributes(env),
  };
}

function endpointOf(env: Readonly<NodeJS.ProcessEnv>): { readonly from: string; readonly url: string } | null {
  const own = text(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (own !== undefined) return { from: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', url: own };
  const base = text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (base === undefined) return null;
  return { from: 'OTEL_EXPORTER_OTLP_ENDPOINT', url: `${base.replace(/\/$/, '')}/v1/traces` };
}

function budgetOf(env: Readonly<NodeJS.ProcessEnv>): number {
  const given = Number(text(env, 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ?? text(env, 'OTEL_EXPORTER_OTLP_TIMEOUT'));
  return Number.isFinite(given) && given > 0 ? Math.min(given, mostBudgetMs) : defaultBudgetMs;
}

/** An empty variable is an unset one (OpenTelemetry specification, environment variables). */
function text(env: Readonly<NodeJS.ProcessEnv>, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header; what is no such header counts as absent */
function parentOf(traceparent: string): SpanContext | null {
  const [, version, traceId = '', spanId = '', flags = ''] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(traceparent.trim()) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** By the conventions for CI/CD and version control; nothing outside of GitHub. */
function ciAttributes(env: Readonly<NodeJS.ProcessEnv>): Attributes {
  if (env['GITHUB_ACTIONS'] !== 'true') return {};
  const repository = joined([env['GITHUB_SERVER_URL'], env['GITHUB_REPOSITORY']], '/');
  const run = env['GITHUB_RUN_ID'] ?? null;
  return attributesOf({
    'cicd.pipeline.name': env['GITHUB_WORKFLOW'] ?? null,
    'cicd.pipeline.run.id': run,
    'cicd.pipeline.run.url.full': repository === null || run === null ? null : `${repository}/actions/runs/${run}`,
    'cicd.pipeline.task.name': env['GITHUB_JOB'] ?? null,
    'cicd.worker.name': env['RUNNER_NAME'] ?? null,
    'vcs.repository.url.full': repository,
    'vcs.ref.head.name': env['GITHUB_HEAD_REF'] || (env['GITHUB_REF_NAME'] ?? null),
    'vcs.ref.head.revision': env['GITHUB_SHA'] ?? null,
  });
}

function joined(parts: readonly (string | undefined)[], by: string): string | null {
  return parts.every((part) => part !== undefined && part !== '') ? parts.join(by) : null;
}
