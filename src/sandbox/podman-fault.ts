/**
 * Tells podman's own failure (exit code 125, podman-run(1)) from that of the program in the container, which may end with
 * the same code: podman says `Error:` too.
 * @returns a sentence, or null.
 */
export function podmanFault(ended: {
  readonly exitCode: number | null;
  readonly spawnError: string | null;
  readonly stderr: string;
}): string | null {
  if (ended.spawnError !== null) return `podman could not be started (${ended.spawnError})`;
  const said = /^Error: .*/mu.exec(ended.stderr)?.[0];
  return ended.exitCode === 125 && said !== undefined ? `podman could not start the container: ${said}` : null;
}
