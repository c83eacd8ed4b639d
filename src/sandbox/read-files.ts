import { Readable } from 'node:stream';
import * as z from 'zod';
import type { User } from './container.ts';
import type { Sandbox } from './sandbox.ts';

/** What a path of a volume is. */
export interface FileState {
  /** `link`: it is one, or leads through one; a link is never followed. */
  readonly kind: 'file' | 'folder' | 'link' | 'other' | 'absent';
  /** Bytes; 0 for what is no file. */
  readonly size: number;
  /** Of a file's content, in hexadecimal; null for what is no file. */
  readonly sha256: string | null;
  /** Of a file in UTF-8 of at most 8 MiB; null for others. */
  readonly text: string | null;
}

export interface ReadFilesRequest {
  readonly volume: string;
  /** Whose files they are: they may be closed to everybody else. */
  readonly user: User;
  /** Part of the container's name. */
  readonly label: string;
  /** Relative to the volume's root. */
  readonly paths: readonly string[];
}

const State = z.object({
  kind: z.enum(['file', 'folder', 'link', 'other', 'absent']),
  size: z.number(),
  sha256: z.string().nullable(),
  /** In base64. */
  text: z.string().nullable(),
});
const Report = z.union([z.object({ states: z.array(State) }), z.object({ failed: z.string().max(5000) })]);

const maxPaths = 1000;
const maxText = 8 * 1024 ** 2;
const maxTexts = 64 * 1024 ** 2;
const root = '/work';
const timeoutSeconds = 60;
/** Processes are counted by user, the server's own included. */
const resources = { cpus: 1, memory: 512 * 1024 ** 2, pids: 1024, disk: 1024 ** 2 };

/**
 * Reads files of a volume in a second container: a link that a server made would lead the host into its own files.
 * @returns the states by path, or a sentence. @throws PodmanFailed after the run was stopped
 */
export async function readFiles(
  sandbox: Sandbox,
  { volume, user, label, paths }: ReadFilesRequest,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileState> | { readonly failed: string }> {
  const asked = [...new Set(paths)];
  if (asked.length > maxPaths) return { failed: `more than ${maxPaths} files were asked for at once` };
  const program = await sandbox.placeOwnProgram(
    new URL('./programs/read-files.mjs', import.meta.url),
    'read-files.mjs',
  );
  const image = sandbox.hostImage;
  const result = await sandbox.run(
    {
      phase: 'look',
      label,
      image,
      ...user,
      command: [image.node, program.at],
      workdir: '/',
      volumes: [{ volume, at: root, writable: false }],
      hostMounts: [program],
      resources,
      timeoutSeconds,
    },
    {
      signal,
      input: Readable.from([JSON.stringify({ root, paths: asked, maxText, maxTexts })]),
      maxOutput: 2 * maxTexts,
    },
  );
  const report = parseReport(result.stdout);
  if (report === null) {
    const why = result.timedOut ? 'it took too long' : (result.stderr.trim().split('\n').at(-1) ?? '');
    return { failed: `the work folder could not be read: ${why}` };
  }
  if ('failed' in report) return { failed: `the work folder could not be read: ${report.failed}` };
  return new Map(asked.map((path, index) => [path, stateOf(report.states[index])]));
}

function stateOf(state: z.infer<typeof State> | undefined): FileState {
  if (state === undefined) return { kind: 'absent', size: 0, sha256: null, text: null };
  return { ...state, text: state.text === null ? null : Buffer.from(state.text, 'base64').toString('utf8') };
}

function parseReport(stdout: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
