import type { WorkflowResult } from '../result/model.ts';
import { readTraceSettings } from './settings.ts';
import { spanTree } from './span-tree.ts';

/**
 * Exports the run as a trace where the standard variables of OpenTelemetry say so (see settings.ts). Never rejects, and
 * takes no longer than `OTEL_EXPORTER_OTLP_TIMEOUT` (default 5 s) or `signal` in all. Without those variables, nothing
 * of OpenTelemetry is even loaded.
 *
 * @returns a sentence for the log on what was sent or why not, without foreign text or secrets; null when it is off
 */
export async function exportTraces(
  result: WorkflowResult,
  env: Readonly<NodeJS.ProcessEnv>,
  options: { readonly signal: AbortSignal },
): Promise<string | null> {
  const settings = readTraceSettings(env);
  if (settings === null || typeof settings === 'string') return settings;
  const { shownUrl, budgetMs, parent } = settings;
  if (parent !== null && parent.traceFlags % 2 === 0) {
    return 'Traces were not exported: the trace that TRACEPARENT names is not sampled.';
  }
  try {
    const { sendSpans } = await import('./send-spans.ts');
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(budgetMs)]);
    const { count, failure } = await sendSpans(spanTree(result), settings, signal);
    if (failure === null) return `Traces: ${count} spans were sent to ${shownUrl}.`;
    return `Traces could not be exported to ${shownUrl}: ${failure}. No verdict depends on it.`;
  } catch {
    return `Traces could not be exported to ${shownUrl}: the exporter did not accept its settings (OTEL_EXPORTER_OTLP_*). No verdict depends on it.`;
  }
}
