import { caseFailed, casePassed, type HostileServer, passed, type SeenServer } from './model.ts';

const rests = { tool: 'rest', expect: { equals: 'Rested.' }, seen: casePassed };

const refused = { 'process-limit': 'wanted more than 64 processes and threads, and was refused' };
const diesOfIt: SeenServer = {
  state: 'failed',
  outcome: 'crashed',
  words: ['ran into a limit of the sandbox ("Error: spawn /usr/bin/sleep EAGAIN")', 'raise `resources.pids`'],
  stderr: 'EAGAIN',
};

export const processServers: readonly HostileServer[] = [
  {
    name: 'exits-at-once',
    does: 'exits at once with code 0',
    from: { program: 'exits-at-once' },
    seen: {
      state: 'failed',
      outcome: 'crashed',
      words: ['exited with code 0 before a session was open without a word on stderr', 'it may want a subcommand'],
    },
  },
  {
    name: 'exits-with-message',
    does: 'exits at once with code 1 and a message',
    from: { program: 'exits-with-message' },
    seen: {
      state: 'failed',
      outcome: 'crashed',
      words: ['exited with code 1', 'last line of stderr: "Error: The moon is in the wrong phase"'],
      stderr: 'The moon is in the wrong phase',
    },
  },
  {
    name: 'needs-env',
    does: 'wants environment variables',
    from: { program: 'needs-env' },
    seen: {
      state: 'failed',
      outcome: 'needs_env',
      words: ['wants the environment variables EXAMPLE_API_KEY and EXAMPLE_TEAM_ID: set them under `env`'],
      stderr: 'Please set EXAMPLE_API_KEY',
    },
  },
  {
    name: 'needs-args',
    does: 'wants an argument',
    from: { program: 'needs-args' },
    seen: {
      state: 'failed',
      outcome: 'needs_args',
      words: ['give what it asks for under `args`'],
      stderr: 'command-line argument',
    },
  },
  {
    name: 'exits-during-call',
    does: 'exits in the middle of every call',
    from: { program: 'exits-during-call' },
    cases: {
      leaves: {
        tool: 'leave',
        seen: caseFailed('The server exited with code 1 during tools/call', 'Leaving in the middle'),
      },
      again: { tool: 'leave', seen: caseFailed('The server exited with code 1 during tools/call') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 2 cases failed'],
      stderr: 'Leaving in the middle of a call',
    },
    also: ({ restarts }) => {
      if (restarts !== 1) throw new Error(`started again ${restarts} times`);
    },
  },
  {
    name: 'crashes-on-second-call',
    does: 'crashes on the second call only',
    from: { program: 'crashes-on-second-call' },
    cases: {
      first: { tool: 'once', seen: casePassed },
      second: { tool: 'once', seen: caseFailed('during tools/call') },
      third: { tool: 'once', seen: casePassed },
    },
    seen: { state: 'failed', outcome: 'ok', words: ['1 of 3 cases failed'] },
  },
  {
    name: 'ignores-sigterm',
    does: 'ignores the end of its stdin and SIGTERM',
    from: { program: 'ignores-sigterm-and-stdin-close' },
    cases: { works: { tool: 'pid', seen: casePassed } },
    seen: passed,
  },
  {
    name: 'leaves-children',
    does: 'leaves processes behind: a double fork, in sessions of their own, holding its output',
    from: { program: 'leaves-children-behind', args: ['600'] },
    cases: { leaves: { tool: 'leave', seen: casePassed }, again: { tool: 'leave', seen: casePassed } },
    seen: passed,
  },
  {
    name: 'fork-bomb',
    does: 'makes processes until it may make no more',
    from: { program: 'makes-processes' },
    configured: { resources: { pids: 64 } },
    cases: {
      forks: { tool: 'fork', expect: { jsonPath: { '$.code': 'EAGAIN' } }, seen: casePassed },
      rests,
    },
    seen: passed,
    whereLimitsHold: { seen: { ...passed, findings: refused } },
  },
  {
    name: 'fork-bomb-at-start',
    does: 'does so before it speaks, and dies of it',
    from: { program: 'makes-processes', args: ['at-once'] },
    configured: { resources: { pids: 64 } },
    seen: diesOfIt,
    whereLimitsHold: { seen: { ...diesOfIt, findings: refused } },
  },
  {
    name: 'tries-to-escape',
    does: 'tries the network, the metadata address, sockets of Podman, processes of others, the workspace, the runner’s files',
    from: { program: 'tries-to-escape' },
    cases: { tries: { tool: 'try', expect: { jsonPath: { '$.escaped': [] } }, seen: casePassed } },
    seen: passed,
  },
];
