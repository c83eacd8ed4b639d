import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import pLimit from 'p-limit';
import type { TraceSettings } from './settings.ts';
import type { SpanNode } from './span-node.ts';

/** Spans of a request: with our few attributes about a megabyte, well below what collectors take. */
const batchSize = 2048;
const requestsAtATime = 4;
const serviceName = 'mcp-workflow-action';

/**
 * Sends a tree of spans by OTLP over HTTP, as JSON.
 * @returns how many spans there were, and what went wrong in a few words of ours: null where nothing did
 */
export async function sendSpans(
  root: SpanNode,
  settings: TraceSettings,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly failure: string | null }> {
  const spans = finishedSpans(root, settings);
  const exporter = new OTLPTraceExporter({ url: settings.url, timeoutMillis: settings.budgetMs });
  const limit = pLimit(requestsAtATime);
  let failure: string | null = null;
  const sent = limit.map(batchesOf(spans), async (batch) => {
    if (failure === null && !signal.aborted) failure ??= await exportBatch(exporter, batch);
  });
  const late = new Promise<'late'>((resolve) => {
    signal.addEventListener('abort', () => resolve('late'), { once: true });
    if (signal.aborted) resolve('late');
  });
  const end = await Promise.race([sent, late]);
  // It waits for what is still under way, which its own timeout ends.
  void exporter.shutdown().catch(() => {});
  return { count: spans.length, failure: end === 'late' ? 'it took too long' : failure };
}

function finishedSpans(root: SpanNode, { parent, resource }: TraceSettings): ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, ...resource }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => void spans.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  record(provider.getTracer(serviceName), root, context);
  return spans;
}

function record(tracer: Tracer, node: SpanNode, context: Context): void {
  const { name, attributes, failure } = node;
  const kind = node.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
  const span = tracer.startSpan(
    name,
    { kind, attributes: { ...attributes }, startTime: new Date(node.startMs) },
    context,
  );
  if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  const inside = trace.setSpan(context, span);
  for (const child of node.children) record(tracer, child, inside);
  span.end(new Date(node.endMs));
}

function batchesOf(spans: readonly ReadableSpan[]): ReadableSpan[][] {
  return Array.from({ length: Math.ceil(spans.length / batchSize) }, (_, at) => {
    return spans.slice(at * batchSize, (at + 1) * batchSize);
  });
}

function exportBatch(exporter: OTLPTraceExporter, batch: ReadableSpan[]): Promise<string | null> {
  return new Promise((resolve) => {
    exporter.export(batch, ({ error }) => resolve(error === undefined ? null : reasonOf(error)));
  });
}

/** A status or a code of the system: what a receiver writes, and what we sent, are not repeated. */
function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `it answered HTTP ${code}`;
  if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
  return 'it could not be reached';
}
