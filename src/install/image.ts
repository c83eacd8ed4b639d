import type { ServerConfig, SourceSpec } from '../config/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { InstallResult } from './model.ts';

export type OciSource = Extract<SourceSpec, { kind: 'oci' }>;

/** A server that comes as an image: what there is to install is the image itself. */
export async function installImage(
  source: OciSource,
  prepareImage: (given: string) => Promise<PreparedImage>,
): Promise<InstallResult> {
  const started = performance.now();
  const { reference } = source;
  const { digest, facts } = await prepareImage(reference);
  return {
    kind: 'installed',
    tree: {
      volume: null,
      uid: null,
      resolved: { kind: 'oci', name: reference, version: null, integrity: null, digest },
      commands: new Map(),
      packageName: null,
      start: facts === null ? null : { entrypoint: facts.entrypoint, command: facts.command },
      workdir: facts?.workdir ?? null,
      size: facts?.size ?? 0,
      scripts: { packages: [], ran: false, failure: null },
      timings: { resolveMs: 0, fetchMs: performance.now() - started, scriptsMs: 0 },
      npm: null,
    },
  };
}

/** The image that a server runs in: that of its source, where it is one. */
export function imageOf(server: ServerConfig): string {
  return server.source.kind === 'oci' ? server.source.reference : server.image;
}
