/** What one build may take of the host that its proxy runs on. */
export interface ProxyLimits {
  /** For a name's address, a connection to it, and the answer of this machine's proxy. */
  readonly connectMs: number;
  /** Without a byte in either direction; then a connection is ended. */
  readonly idleMs: number;
  /** For a client to say what it wants. */
  readonly requestMs: number;
  /** At the same time; what is above is hung up on. */
  readonly connections: number;
}

export const usualLimits: ProxyLimits = { connectMs: 30_000, idleMs: 120_000, requestMs: 30_000, connections: 256 };
