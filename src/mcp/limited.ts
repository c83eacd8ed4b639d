/** Timers take no more milliseconds than this. */
export const longestTimer = 2 ** 31 - 1;

/** Waits for what never rejects, at most `ms` and no longer than until `signal` aborts. Leaves no listener behind. */
export async function limited<T>(
  what: Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T | 'timeout' | 'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'timeout' | 'aborted'>();
  const timer = setTimeout(() => resolve('timeout'), Math.min(Math.max(ms, 0), longestTimer));
  const onAbort = () => resolve('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([what, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
