/** Flags of the commands that read a configuration, as commander hands them over. */
export interface ConfigFlags {
  readonly config?: string;
  readonly source: readonly string[];
  readonly server: readonly string[];
  readonly tag: readonly string[];
  readonly secret: readonly string[];
  readonly shard?: string;
  readonly json?: boolean;
}

export interface RunFlags extends ConfigFlags {
  readonly failOn: string;
  readonly concurrency?: string;
  readonly timeout: string;
  readonly results?: string;
  readonly reporter: readonly string[];
  readonly updateSnapshots?: boolean;
  readonly changedOnly?: boolean;
  readonly base?: string;
  readonly watch?: boolean;
  readonly verbose?: boolean;
}

/** Flags as the action's inputs, so that both go through one door. */
export function rawInputs(flags: ConfigFlags & Partial<RunFlags>): Record<string, string> {
  return {
    config: flags.config ?? '',
    repositories: flags.source.join('\n'),
    servers: flags.server.join('\n'),
    tags: flags.tag.join('\n'),
    secrets: flags.secret.join('\n'),
    'fail-on': flags.failOn ?? '',
    concurrency: flags.concurrency ?? '',
    timeout: flags.timeout ?? '',
    'results-directory': flags.results ?? '',
    'allow-untrusted-trigger': '',
    'changed-only': flags.changedOnly === true ? 'true' : '',
    base: flags.base ?? '',
    shard: flags.shard ?? '',
    'update-snapshots': flags.updateSnapshots === true ? 'true' : '',
  };
}
