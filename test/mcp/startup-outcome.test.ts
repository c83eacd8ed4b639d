import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StartupFacts } from '../../src/mcp/startup-facts.ts';
import { startupOutcome } from '../../src/mcp/startup-outcome.ts';
import { StartupOutcome } from '../../src/result/model.ts';

const code = (exitCode: number) => ({ exitCode, signal: null, spawnError: null });

function exited(stderrTail: string, more: Partial<StartupFacts> = {}): StartupFacts {
  return {
    exit: code(1),
    stderrHead: '',
    stderrTail,
    lastStderrLine: stderrTail.trim().split('\n').at(-1) ?? '',
    stdoutDirt: [],
    timedOutAfterMs: null,
    wrongAnswer: null,
    broken: null,
    http: null,
    reach: 'stdio',
    asked: 'initialize',
    ...more,
  };
}

const timedOut = (stderrTail: string, more: Partial<StartupFacts> = {}) =>
  exited(stderrTail, { exit: null, timedOutAfterMs: 30_000, ...more });

describe('a file that is not there', () => {
  test('is no argument that was not given', () => {
    const stderr = "Error: ENOENT: no such file or directory, open '/data/notes.json'";
    const { outcome, advice } = startupOutcome(exited(stderr));
    expect(outcome).toBe('crashed');
    expect(advice).toContain('ENOENT');
  });

  test('as the program itself', () => {
    const stderr = 'ERROR (catatonit:2): failed to exec pid1: No such file or directory';
    const { outcome, advice } = startupOutcome(exited(stderr, { exit: code(127) }));
    expect(outcome).toBe('crashed');
    expect(advice).toContain('check `command`, `bin` and `image`');
  });
});

describe('limits of the sandbox', () => {
  test.for([
    ['Error: spawn /usr/bin/sleep EAGAIN', 'raise `resources.pids`'],
    ["RuntimeError: can't start new thread", 'raise `resources.pids`'],
    ['/bin/sh: 1: Cannot fork: Resource temporarily unavailable', 'raise `resources.pids`'],
    ['bash: fork: retry: Resource temporarily unavailable', 'raise `resources.pids`'],
    ['runtime: failed to create new OS thread (have 5 already; errno=11)', 'raise `resources.pids`'],
    ["Error: EMFILE: too many open files, open '/work/a'", 'open 4,096 files at a time'],
    ['Error: ENOSPC: no space left on device, write', '`/tmp` holds 256 MiB and HOME 64 MiB'],
    ['Error: EFBIG: file too large, write', 'raise `resources.disk`'],
  ] as const)('%s', ([stderr, part]) => {
    const { outcome, advice } = startupOutcome(exited(stderr));
    expect(outcome).toBe('crashed');
    expect(advice).toContain(`ran into a limit of the sandbox ("${stderr}")`);
    expect(advice).toContain(part);
  });

  test.for(['The process is available', 'EAGAIN on the first try, going on', 'fork me on GitHub'])(
    'not: %s',
    (stderr) => {
      expect(startupOutcome(exited(stderr)).advice).not.toContain('limit');
    },
  );
});

describe('real servers started bare', () => {
  test.for([
    [
      'Please set SLACK_BOT_TOKEN and SLACK_TEAM_ID environment variables',
      'needs_env',
      'SLACK_BOT_TOKEN and SLACK_TEAM_ID',
    ],
    ['Please provide a database URL as a command-line argument', 'needs_args', 'database URL'],
    [
      'Stripe API key not provided. Please either pass it as an argument --api-key=$KEY or set the STRIPE_SECRET_KEY environment variable.',
      'needs_env',
      'variable STRIPE_SECRET_KEY:',
    ],
    ['[1] Usage: mcp-remote <https://server-url> [callback-port] [--debug]', 'needs_args', 'server-url'],
  ] as const)('%s', ([stderr, outcome, part]) => {
    const verdict = startupOutcome(exited(stderr));
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.advice).toContain(part);
  });

  test('one that says what is wrong, and then at length how it is used', () => {
    const stderrHead =
      'Error: No access token was provided.\nRun `sentry-mcp auth login` interactively first, or pass `--access-token` / `SENTRY_ACCESS_TOKEN`.\nUsage: @sentry/mcp-server [--access-token=<token>] [--host=<host>]';
    const stderr = `Common optional flags:
  --host <host>           Change Sentry host (self-hosted)
Environment variables:
  SENTRY_ACCESS_TOKEN     Sentry auth token (alternative to --access-token)
  SENTRY_CLIENT_ID        Override OAuth client ID for device code flow
Examples:
  @sentry/mcp-server --access-token=TOKEN --agent-provider=openrouter`;
    expect(startupOutcome(exited(stderr, { stderrHead }))).toMatchObject({
      outcome: 'needs_env',
      advice: expect.stringContaining('variable SENTRY_ACCESS_TOKEN:'),
    });
  });

  test('one that explains its use after an error', () => {
    const stderr = `Error: unable to create kubernetes target provider: no current-context is set and no contexts are defined in kubeconfig.
Configure a context with 'kubectl config set-context <name>' and 'kubectl config use-context <name>'
Usage:
  kubernetes-mcp-server [command] [options] [flags]
Flags:
      --log-file string           Defines the server log file path. Required for logging in stdio mode; overrides stdout in HTTP mode.
      --tls-cert string           Path to TLS certificate file for HTTPS. Must be used together with --tls-key.
      --version                   Print version information and quit`;
    expect(startupOutcome(exited(stderr))).toMatchObject({
      outcome: 'crashed',
      advice: expect.stringContaining(
        'it wrote "Error: unable to create kubernetes target provider: no current-context',
      ),
    });
  });

  test('one whose settings a library found wanting', () => {
    const stderr = `Server error: [
  {
    "code": "too_small",
    "minimum": 1,
    "message": "Elasticsearch URL cannot be empty",
    "path": [
      "url"
    ]
  }
]`;
    expect(startupOutcome(exited(stderr))).toMatchObject({
      outcome: 'needs_env',
      advice: expect.stringContaining('Elasticsearch URL cannot be empty'),
    });
  });

  test('a proxy whose server is out of reach', () => {
    const stderr = `[1] Using callback port derived from the server URL: 4987
[1] Discovering OAuth server configuration...
[1] [1] Connecting to remote server: https://127.0.0.1:1/mcp
[1] Connection error: TypeError: fetch failed
    at Object.processResponse (/app/node_modules/undici/lib/web/fetch/index.js:237:16) {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:1
      at makeNetworkError (/app/node_modules/undici/lib/web/fetch/response.js:392:9)
}
[1] Fatal error: TypeError: fetch failed`;
    expect(startupOutcome(exited(stderr)).outcome).toBe('needs_service');
  });

  test('one that listens on HTTP', () => {
    const stderr = `Usage telemetry enabled. Disable: FRAMELINK_TELEMETRY=off or DO_NOT_TRACK=1
[INFO] HTTP server listening on port 3333
[INFO] StreamableHTTP endpoint available at http://127.0.0.1:3333/mcp`;
    const stdoutDirt = [
      'Configuration:',
      '- ENV_FILE: /app/.env (source: default)',
      '- Authentication Method: Per-request X-Figma-Token header',
    ];
    const verdict = startupOutcome(timedOut(stderr, { stdoutDirt }));
    expect(verdict).toMatchObject({ outcome: 'init_timeout', advice: expect.stringContaining('--stdio') });
  });
});

describe('what is printed by those that want environment', () => {
  test.for([
    'Error: GITHUB_PERSONAL_ACCESS_TOKEN is not set',
    'BRAVE_API_KEY environment variable is required',
    'Missing required environment variable: NOTION_TOKEN',
    'Environment variable OPENAI_API_KEY not found.',
    "KeyError: 'TAVILY_API_KEY'",
    'Usage: acme-mcp\n\nEnvironment variables:\n  ACME_URL  Where it is\n  ACME_API_KEY  Your key (required)',
    'Either FIGMA_API_KEY or FIGMA_OAUTH_TOKEN is required (via CLI argument or .env file)',
    'ZodError: [\n  {\n    "code": "invalid_type",\n    "expected": "string",\n    "received": "undefined",\n    "path": [\n      "LINEAR_API_KEY"\n    ],\n    "message": "Required"\n  }\n]',
    'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nJIRA_URL\n  Field required [type=missing, input_value={}, input_type=dict]',
    "Error: Missing option '--api-key' (env var: 'EXA_API_KEY').",
    'DSN environment variable must be set',
    'No API key provided. Set it with `export RESEND_API_KEY=...`',
    '\u001B[31mError:\u001B[0m AWS_REGION must be provided',
  ])('%s', (stderr) => {
    const verdict = startupOutcome(exited(stderr));
    expect(verdict.outcome).toBe('needs_env');
    expect(verdict.advice).toMatch(/environment variables? [A-Z]/);
  });

  test.for(['Error: API key is required', 'Missing credentials', 'No access token found'])(
    'without a name: %s',
    (stderr) => {
      expect(startupOutcome(exited(stderr))).toMatchObject({
        outcome: 'needs_env',
        advice: expect.stringContaining('`env`'),
      });
    },
  );

  test('on stdout instead of stderr', () => {
    expect(startupOutcome(exited('', { stdoutDirt: ['Please set STRIPE_SECRET_KEY'] })).outcome).toBe('needs_env');
  });
});

describe('what is printed by those that want arguments', () => {
  test.for([
    "error: required option '--api-key <key>' not specified",
    "error: missing required argument 'url'",
    'usage: server.py [-h] --db-path DB_PATH\nserver.py: error: the following arguments are required: --db-path',
    "Usage: server [OPTIONS] DATABASE_URL\n\nError: Missing argument 'DATABASE_URL'.",
    'Missing required argument: connection-string',
    'error: the following required arguments were not provided:\n  <PATH>',
    'Not enough non-option arguments: got 0, need at least 1',
    'Error: Please specify at least one allowed directory',
    'Required command was not provided.',
    "error: unknown command 'serve'",
    'Usage: acme [OPTIONS]\n\nOptions:\n  --help  Show help\n\nMissing required argument: url',
  ])('%s', (stderr) => {
    expect(startupOutcome(exited(stderr)).outcome).toBe('needs_args');
  });
});

describe('other ends', () => {
  test.for([
    ['Error: getaddrinfo ENOTFOUND db.internal', 'needs_service'],
    ['psycopg2.OperationalError: could not connect to server: Connection refused', 'needs_service'],
    ['dial tcp: lookup api.example.com: no such host', 'needs_service'],
    ['Error: connect ETIMEDOUT 10.0.0.1:443', 'needs_service'],
    ['MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017', 'needs_service'],
    [
      "Error: Cannot find module '@acme/SOME_NAME'\nRequire stack:\n- /app/index.js\n  code: 'MODULE_NOT_FOUND',",
      'crashed',
    ],
    ["ModuleNotFoundError: No module named 'mcp'", 'crashed'],
    ["/app/index.js:3\nSyntaxError: Unexpected token '??='", 'crashed'],
    ['exec /app/server: exec format error', 'unsupported_platform'],
    ["node: /lib/libc.so.6: version `GLIBC_2.38' not found (required by /app/x.node)", 'unsupported_platform'],
    ['Error: Unsupported platform: linux', 'unsupported_platform'],
    [
      'Node.js version v20.20.2 detected.\nThe Angular CLI requires a minimum Node.js version of v22.22.3 or v24.15.0 or v26.0.0.\nPlease update your Node.js version.',
      'unsupported_platform',
    ],
    ['This server only works on macOS', 'unsupported_platform'],
    ['Error: 401 Unauthorized', 'auth_required'],
    ['You are not logged in. Run `acme login`.', 'auth_required'],
    ['TypeError: Cannot read properties of undefined', 'crashed'],
  ] as const)('%s: %s', ([stderr, outcome]) => {
    expect(startupOutcome(exited(stderr)).outcome).toBe(outcome);
  });

  test.for([
    [code(0), /exited with code 0.*without a word.*subcommand/],
    [code(137), /code 137.*memory limit/],
    [{ exitCode: null, signal: 'SIGKILL', spawnError: null }, /SIGKILL.*memory limit/],
    [
      { ...code(137), exceeded: '512 MiB of memory' },
      /exceeded 512 MiB of memory and was ended before.*raise `resources.memory`/,
    ],
    [code(127), /command was not found/],
    [code(3), /code 3/],
  ] as const)('a silent exit %j', ([exit, advice]) => {
    expect(startupOutcome(exited('', { exit }))).toMatchObject({
      outcome: 'crashed',
      advice: expect.stringMatching(advice),
    });
  });

  test('a limit that was exceeded comes before what was printed', () => {
    const exit = { ...code(137), exceeded: '512 MiB of memory' };
    expect(startupOutcome(exited('Error: API_KEY is not set', { exit }))).toMatchObject({
      outcome: 'crashed',
      advice: expect.stringContaining('exceeded 512 MiB of memory'),
    });
  });

  test('silence until the timeout quotes the last line', () => {
    const verdict = startupOutcome(timedOut('Loading the model\nStill loading'));
    expect(verdict).toMatchObject({
      outcome: 'init_timeout',
      advice: expect.stringMatching(/within 30 s.*"Still loading"/),
    });
  });

  test('a server that says it runs on stdio did not start an HTTP server', () => {
    const verdict = startupOutcome(timedOut('Server running on stdio, listening on stdin'));
    expect(verdict.advice).not.toContain('HTTP');
  });

  test('an answer spoiled by other text', () => {
    const verdict = startupOutcome(timedOut('', { stdoutDirt: ['Ready {"jsonrpc":"2.0","id":0,"result":{}}'] }));
    expect(verdict.outcome).toBe('stdout_polluted');
  });

  test('an answer to initialize comes before anything printed', () => {
    const wrongAnswer = { text: 'Internal error', phrase: 'with error -32603 "Internal error"' };
    expect(startupOutcome(timedOut('FOO_KEY is required', { wrongAnswer })).outcome).toBe('not_mcp');
  });
});

test('whatever is printed, there is one outcome with one line of advice, soon', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }),
    fc
      .array(fc.constantFrom('required ', 'missing ', 'A_B', ' --x', 'env ', '"', ' argument', '\n', 'at '), {
        maxLength: 800,
      })
      .map((words) => words.join('')),
  );
  fc.assert(
    fc.property(
      text,
      fc.array(text, { maxLength: 3 }),
      fc.option(fc.integer({ min: 0, max: 255 })),
      (stderr, stdoutDirt, exit) => {
        const verdict = startupOutcome(
          exited(stderr, { stdoutDirt, exit: exit === null ? null : code(exit), lastStderrLine: '' }),
        );
        expect(StartupOutcome.options).toContain(verdict.outcome);
        expect(verdict.advice).toMatch(/^[^\r\n]{20,1500}$/);
      },
    ),
    { interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});
