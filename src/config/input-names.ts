/** The action's inputs as action.yml declares them; test/repository/action-yml.test.ts keeps the two together. */
export const inputNames = [
  'config',
  'repositories',
  'servers',
  'tags',
  'secrets',
  'fail-on',
  'concurrency',
  'timeout',
  'github-token',
  'results-directory',
  'allow-untrusted-trigger',
  'changed-only',
] as const;

/** What only the command line knows beside them; the action is never given these. */
export const commandLineNames = ['base', 'shard', 'update-snapshots'] as const;
