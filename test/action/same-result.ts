/**
 * What of a result belongs to the moment of its run and not to what was found, by key, wherever it stands:
 * - `workflowId`: has a random part
 * - `startedAt`: the clock
 * - `durationMs`, `waitedMs`, `timings`: how busy the machine was (`waitedMs` is randomised as well)
 * - `peakMemory`: as the kernel measured it
 * - `itemsProcessed`: how many of its things had not gone by themselves when the sweep looked
 */
export const ofTheMoment: readonly string[] = [
  'workflowId',
  'startedAt',
  'durationMs',
  'waitedMs',
  'timings',
  'peakMemory',
  'itemsProcessed',
];

/** @returns a result, or a part of it, without what belongs to the moment; everything else as it is, in its order */
export function withoutTheMoment(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTheMoment);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ofTheMoment.includes(key))
      .map(([key, part]) => [key, withoutTheMoment(part)]),
  );
}
