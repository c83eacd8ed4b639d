/** The sandbox cannot be made on this machine: infrastructure, never a verdict. The message says what to do. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}

/** A podman command failed or did not end in time: infrastructure. */
export class PodmanFailed extends Error {
  override readonly name = 'PodmanFailed';
}

/** An image that will not do, however often it is tried: a verdict on what names it. The message is for the user. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';
  readonly outcome: 'install_failed' | 'unsupported_platform';

  constructor(message: string, outcome: ImageRefused['outcome'] = 'install_failed') {
    super(message);
    this.outcome = outcome;
  }
}
