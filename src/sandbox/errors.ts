/** The sandbox cannot be made on this machine: infrastructure, never a verdict. The message says what to do. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

/** A podman command failed or did not end in time: infrastructure. */
export class PodmanFailed extends Error {
  override readonly name = 'PodmanFailed';
}
