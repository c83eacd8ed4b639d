import type { PhaseSpan } from '../result/model.ts';

/** Begins a phase, and ends the one before: phases of one thing follow each other. */
export function enterPhase(spans: PhaseSpan[], phase: string): void {
  endPhase(spans);
  spans.push({ phase, startedAt: new Date().toISOString(), durationMs: 0 });
}

/** Ends the last phase, once. */
export function endPhase(spans: PhaseSpan[]): void {
  const last = spans.at(-1);
  if (last !== undefined && last.durationMs === 0) last.durationMs = sinceIso(last.startedAt);
}

/** Milliseconds since a time in the form of the result. */
export function sinceIso(startedAt: string): number {
  return Math.max(0, Date.now() - Date.parse(startedAt));
}
