/**
 * Turns the signals that end a run into an AbortSignal whose reason is the signal's name. The runner signals only this
 * process (SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL), and Node's default would be to die at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort(name));
  }
  return controller.signal;
}

/** A reader that has gone, as in `| head -1`, must not keep us from cleaning up. */
export function surviveClosedOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Ends the process when everything printed has left it: keep-alive sockets would hold it open. */
export async function exit(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit(code);
}
