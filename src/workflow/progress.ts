import type { Host } from '../host/host.ts';

/** One line of what is under way, as it happens. */
export function reportProgress(host: Host, phase: string, server: string, message: string): void {
  host.info(`${phase.padEnd(12)} ${server}: ${message}`);
}
