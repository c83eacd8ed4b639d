/** Where goes what nobody in the program has caught or asked for. */
export interface StrayListener {
  /** An exception, or a rejection, that nobody caught. The process ends after it. */
  readonly fail: (error: unknown) => void;
  /** What Node or a library warns of. */
  readonly warn: (text: string) => void;
}

/**
 * Left alone, Node writes both to stderr as they are, and their texts may hold what a server or a repository said: the
 * runner would read commands from it.
 * @param end ends the process
 */
export function catchStrays({ fail, warn }: StrayListener, end: () => Promise<never>): void {
  let failed = false;
  process.on('uncaughtException', (error) => {
    // Only the first is the cause, and nothing may keep the process from its end.
    if (failed) return;
    failed = true;
    try {
      fail(error);
    } catch {
      // What was thrown may be anything, even something that cannot be shown.
    }
    void end();
  });
  // Node's own way of showing them is a listener, too.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => warn(`${name}: ${message}`));
}
