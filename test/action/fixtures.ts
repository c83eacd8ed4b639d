import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { createJob, type Job, type JobOptions } from './runner.ts';

const servers = fileURLToPath(new URL('../servers', import.meta.url));
/** What the self-test tries from inside; servers of ours try it as well. */
export const probesProgram = fileURLToPath(new URL('../../src/sandbox/programs/probes.mjs', import.meta.url));

/** A server of a configuration: a program of test/servers by name, or an object that is taken as it is. */
export type FixtureServer = ({ readonly program: string } | { readonly source: string }) & {
  readonly args?: readonly string[];
} & Record<string, unknown>;

export interface FixtureCase {
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  readonly args?: Record<string, unknown>;
  readonly expect?: Record<string, unknown>;
  readonly timeout?: string;
  /** A reason. */
  readonly skip?: string;
}

/** A job whose workspace holds test/servers and a configuration that starts some of them. */
export function jobWith(
  configured: Readonly<Record<string, FixtureServer>>,
  cases: readonly FixtureCase[] = [],
  options: JobOptions & { readonly extra?: Record<string, unknown> } = {},
): Job {
  const workspace = join(mkdtempSync(join(tmpdir(), 'mcp-workflow-workspace-')), 'workspace');
  cpSync(servers, join(workspace, 'servers'), { recursive: true });
  cpSync(probesProgram, join(workspace, 'servers', 'probes.mjs'));
  const config = {
    version: 1,
    servers: Object.fromEntries(
      Object.entries(configured).map(([name, { program, ...rest }]) => [
        name,
        typeof program === 'string' ? { source: './servers', command: ['node', `${program}.mjs`], ...rest } : rest,
      ]),
    ),
    cases: [...cases],
    ...options.extra,
  };
  const job = createJob({
    ...options,
    workspace,
    files: { '.github/mcp-workflow.yml': stringify(config), ...options.files },
  });
  return {
    ...job,
    remove: () => {
      job.remove();
      rmSync(join(workspace, '..'), { recursive: true, force: true });
    },
  };
}
