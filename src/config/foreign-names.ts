import type { Hints } from './strict.ts';

/** The assertions of `expect`, in the order of docs/ASSERTIONS.md. */
export const assertionNames = [
  'isError',
  'protocolError',
  'contains',
  'notContains',
  'matches',
  'equals',
  'jsonPath',
  'schema',
  'matchesOutputSchema',
  'notEmpty',
  'minItems',
  'maxItems',
  'contentTypes',
  'maxBytes',
  'maxLatency',
  'snapshot',
  'files',
  'progress',
  'logs',
] as const;

/** What other testers of MCP servers call an assertion. */
const foreignAssertions: Readonly<Record<string, string>> = {
  not_contains: '`notContains`',
  json_path: '`jsonPath`',
  field_path: '`jsonPath`',
  max_latency_ms: '`maxLatency: 2s`',
  maxLatencyMs: '`maxLatency: 2s`',
  response_time_under: '`maxLatency: 2s`',
  respondsWithin: '`maxLatency: 2s`',
  is_error: '`isError: true`',
  not_error: '`isError: false`',
  success: '`isError: false`',
  status: '`isError: false`',
  matches_regex: '`matches`',
  regex: '`matches`',
  pattern: '`matches`',
  not_empty: '`notEmpty: true`',
  min_results: '`minItems`',
  max_results: '`maxItems`',
  max_items: '`maxItems`',
  min_items: '`minItems`',
  length: '`minItems` and `maxItems`',
  in_order: '`matches`, as `first[^]*second`',
  contains_any: '`matches`, as `first|second`',
  returnsSchema: '`schema`',
  outputSchema: '`matchesOutputSchema: true`',
  content_types: '`contentTypes`',
  mimeType: '`jsonPath`, as `$.contents[0].mimeType`',
  maxResponseBytes: '`maxBytes`',
  max_bytes: '`maxBytes`',
  error: '`protocolError`',
  protocol_error: '`protocolError`',
  file_contains: '`files: { PATH: { contains: … } }`',
  file_not_contains: '`files: { PATH: { notContains: … } }`',
  file_exists: '`files: { PATH: { exists: true } }`',
  file_not_exists: '`files: { PATH: { exists: false } }`',
  file_unchanged: '`files: { PATH: { unchanged: true } }`',
  min_progress: '`progress: { min: 1 }`',
  minProgress: '`progress: { min: 1 }`',
  assert_logging: '`logs`',
  contains_level: '`logs: { level: … }`',
  contains_data: '`logs: { contains: … }`',
  min_messages: '`logs: { min: 1 }`',
  net_delta: '`jsonPath`, as `$.net_delta: 0`',
  noToolErrors: '`isError: false`',
};

const requestNames: Hints = {
  name: 'the case is named by `id`',
  params: 'written `args` here',
  parameters: 'written `args` here',
  arguments: 'written `args` here',
  input: 'written `args` here',
  call: 'written `tool` here',
  toolName: 'written `tool` here',
  tool_name: 'written `tool` here',
  method: 'say `tool`, `prompt`, `resource`, `complete` or `list`',
  uri: 'written `resource` here',
  assert: 'written `expect` here',
  assertions: 'written `expect` here',
  expected: 'written `expect` here',
  timeout_s: 'written `timeout: 30s` here',
  timeoutMs: 'written `timeout: 30s` here',
  timeout_ms: 'written `timeout: 30s` here',
  extract: 'written `capture` here',
  variables: 'values come from earlier steps, by `capture`',
  client_capabilities: 'written `client` here',
  assert_sampling: 'written `client: { sampling: { text: … } }` here',
  assert_prompts: 'written `prompt` or `list: prompts` here',
  assert_resources: 'written `resource` or `list: resources` here',
  assert_completion: 'written `complete` here',
  capture_progress: 'progress is always heard; `progress` under `expect` asks for it',
  verify: 'write what is looked at afterwards as further `steps`',
  trials: 'written `repeat` here',
  skip_unless_env: 'a server whose secret is not granted is skipped by itself',
  iterations: 'written `repeat` here',
  retries: 'what is tried again is said by the server: `retries`',
  retry: 'what is tried again is said by the server: `retries`',
};

/** For a case, where all that it expects stands one level deeper. */
export const caseHints: Hints = {
  ...Object.fromEntries(
    Object.entries(foreignAssertions).map(([name, ours]) => [name, `written ${ours}, under \`expect\``]),
  ),
  ...Object.fromEntries(assertionNames.map((name) => [name, 'it belongs under `expect`'])),
  ...requestNames,
};

/** For a step, which has a name and no id. */
export const stepHints: Hints = {
  ...caseHints,
  ...Object.fromEntries(
    ['server', 'tags', 'skip', 'only', 'repeat', 'fresh', 'client', 'setup', 'teardown', 'mutates'].map((name) => [
      name,
      'it belongs to the case, not to a step',
    ]),
  ),
  id: 'a step is named by `name`',
};

/** For `expect`, into which nothing of the request belongs. */
export const expectHints: Hints = {
  ...Object.fromEntries(Object.entries(foreignAssertions).map(([name, ours]) => [name, `written ${ours} here`])),
  ...Object.fromEntries(
    ['tool', 'args', 'prompt', 'resource', 'complete', 'list', 'capture', 'timeout', 'tags', 'skip'].map((name) => [
      name,
      'it belongs beside `expect`',
    ]),
  ),
  exists: 'a matcher, for a path of `jsonPath` or a file of `files`',
  type: 'a matcher, for a path of `jsonPath`',
  atLeast: 'a matcher, for a path of `jsonPath`',
  atMost: 'a matcher, for a path of `jsonPath`',
};

export const serverHints: Hints = {
  url: 'written `source: https://…` here',
  endpoint: 'written `source: https://…` here',
  package: 'written `source: npm:NAME` here',
  environment: 'written `env` here',
  cmd: 'written `command` here',
  type: 'written `transport` here, or as a `source` with `https://`',
  token: 'written `auth: { bearer: { secret: NAME } }` here',
  timeout: 'written `timeouts: { call: 30s }` here',
  cases: 'cases stand beside `servers`, each with `server: NAME`',
};
