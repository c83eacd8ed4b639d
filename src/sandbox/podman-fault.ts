/** What the runtime lacked of the machine (podman-run(1): 126 and 127 are the runtime's); all else there is the image's fault. */
const exhausted = /^Error: .*(Resource temporarily unavailable|Cannot allocate memory|No space left on device)/mu;

/**
 * Tells podman's own failure (exit code 125, podman-run(1)) and a machine that is exhausted from the program in the
 * container, which may end with the same codes: podman says `Error:` too.
 * @returns a sentence, or null.
 */
export function podmanFault(ended: {
  readonly exitCode: number | null;
  readonly spawnError: string | null;
  readonly stderr: string;
}): string | null {
  const { exitCode, spawnError, stderr } = ended;
  if (spawnError !== null) return `podman could not be started (${spawnError})`;
  const ran = exitCode === null || exitCode < 125 || exitCode > 127;
  const said = (exitCode === 125 ? /^Error: .*/mu : exhausted).exec(stderr)?.[0];
  return ran || said === undefined ? null : `podman could not start the container: ${said}`;
}
