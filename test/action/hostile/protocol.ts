import { caseFailed, casePassed, type HostileServer, passed, seconds } from './model.ts';

const stderr = 'Waiting for something that never comes';

export const protocolServers: readonly HostileServer[] = [
  {
    name: 'never-answers',
    does: 'never answers',
    from: { program: 'never-answers' },
    configured: seconds({ start: 5 }),
    seen: {
      state: 'failed',
      outcome: 'init_timeout',
      words: ['did not answer `initialize` within 5 s', `last line of stderr: "${stderr}"`, 'raise `timeouts.start`'],
      stderr,
    },
  },
  {
    name: 'answers-initialize-only',
    does: 'answers `initialize` and nothing else',
    from: { program: 'answers-initialize-only' },
    configured: seconds({ start: 8, call: 2 }),
    cases: {
      unlisted: { tool: 'any', seen: caseFailed('the server lists no tool `any`; it lists none at all') },
      unanswered: { tool: 'any', expect: { isError: true }, seen: caseFailed('there was no answer within 2000 ms') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 2 cases failed', 'tools/list was not answered before the start timeout passed'],
      findings: { 'list-answered': 'tools/list was not answered' },
    },
  },
  {
    name: 'garbage-before-json',
    does: 'prints a banner on stdout before it speaks',
    from: { program: 'garbage-before-json' },
    cases: { echoes: { tool: 'echo', args: { message: 'x' }, expect: { equals: 'x' }, seen: casePassed } },
    seen: { ...passed, findings: { 'stdout-clean': 'stdout carried 4 lines' } },
  },
  {
    name: 'garbage-between-json',
    does: 'logs on stdout between its answers',
    from: { program: 'garbage-between-json' },
    cases: { answers: { tool: 'noisy', expect: { equals: 'done' }, seen: casePassed } },
    seen: { ...passed, findings: { 'stdout-clean': 'log to stderr instead' } },
  },
  {
    name: 'glued-garbage',
    does: 'prints without a line end before its answers',
    from: { program: 'glued-garbage' },
    configured: seconds({ start: 8 }),
    seen: {
      state: 'failed',
      outcome: 'stdout_polluted',
      words: ['answer was spoiled by other text', 'stdout must carry nothing but messages'],
      findings: { 'stdout-clean': 'no JSON-RPC messages' },
    },
  },
  {
    name: 'invalid-utf8',
    does: 'answers with bytes that are no UTF-8, and byte by byte',
    from: { program: 'invalid-utf8' },
    cases: {
      invalid: { tool: 'invalid', expect: { contains: 'a' }, seen: casePassed },
      pieces: { tool: 'pieces', expect: { equals: 'grüße 🎉' }, seen: casePassed },
    },
    seen: { ...passed, findings: { 'stdout-utf8': '1 lines on stdout were not valid UTF-8' } },
  },
  {
    name: 'wrong-and-duplicate-ids',
    does: 'answers everything twice, and under ids that were never asked',
    from: { program: 'wrong-ids' },
    cases: { right: { tool: 'one', expect: { equals: 'right' }, seen: casePassed } },
    seen: { ...passed, findings: { 'answer-ids': 'had an id that no open request has; they were ignored' } },
  },
  {
    name: 'answers-twice',
    does: 'answers a call twice, each time something else',
    from: { program: 'wrong-ids', args: ['twice'] },
    cases: {
      first: { tool: 'one', expect: { equals: 'right' }, seen: casePassed },
      second: { tool: 'one', expect: { equals: 'right' }, seen: casePassed },
    },
    seen: { ...passed, findings: { 'answer-ids': 'they were ignored' } },
  },
  {
    name: 'ids-as-strings',
    does: 'gives numeric ids back as strings',
    from: { program: 'wrong-ids', args: ['strings'] },
    cases: { right: { tool: 'one', expect: { equals: 'right' }, seen: casePassed } },
    seen: { ...passed, findings: { 'answer-ids': 'as a string; strict clients ignore them' } },
  },
  {
    name: 'wrong-ids-only',
    does: 'answers under wrong ids only',
    from: { program: 'wrong-ids', args: ['none'] },
    configured: seconds({ start: 8 }),
    seen: {
      state: 'failed',
      outcome: 'init_timeout',
      words: ['did not answer `initialize` within 8 s'],
      findings: { 'answer-ids': 'had an id that no open request has' },
    },
  },
  {
    name: 'null-ids',
    does: 'answers under the id null',
    from: { program: 'wrong-ids', args: ['null'] },
    configured: seconds({ start: 8 }),
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['tools/list was not answered before the start timeout passed'],
      findings: { 'answer-ids': 'had an id that no open request has', 'list-answered': 'was not answered' },
    },
  },
  {
    name: 'ten-megabytes',
    does: 'answers with 10 MB',
    from: { program: 'healthy' },
    cases: {
      kept: { tool: 'big', args: { bytes: 10_000_000 }, expect: { contains: 'xxxx' }, seen: casePassed },
      limited: {
        tool: 'big',
        args: { bytes: 10_000_000 },
        expect: { maxBytes: 1_000_000 },
        seen: caseFailed('the result has 10000039 bytes, expected at most 1000000'),
      },
    },
    seen: { state: 'failed', outcome: 'ok', words: ['1 of 2 cases failed'] },
  },
  {
    name: 'endless-pages',
    does: 'always has another page of tools',
    from: { program: 'endless-pages' },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['tools/list was read no further than 200 items, because there were still more after 200 pages'],
      findings: { 'list-ends': 'still more after 200 pages' },
    },
  },
  {
    name: 'repeated-cursor',
    does: 'gives the same page again and again',
    from: { program: 'repeated-cursor' },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['the cursor "more" came twice'],
      findings: { 'list-ends': 'came twice', 'tool-definition': 'an earlier tool has the same name' },
    },
  },
  {
    name: 'many-tools',
    does: 'lists 10,000 tools',
    from: { program: 'many-tools' },
    cases: {
      last: { tool: 'tool-9999', args: { value: 'x' }, expect: { equals: 'tool-9999' }, seen: casePassed },
      misspelt: { tool: 'tol-9999', args: { value: 'x' }, seen: caseFailed('the server lists no tool `tol-9999`') },
    },
    seen: { state: 'failed', outcome: 'ok', words: ['1 of 2 cases failed'] },
  },
  {
    name: 'broken-tools',
    does: 'lists broken tools among good ones',
    from: { program: 'broken-tool-in-list' },
    cases: { good: { tool: 'good', expect: { equals: 'good' }, seen: casePassed } },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['tools are broken (no-schema, schema-is-text, schema-without-type and'],
      findings: { 'tool-definition': 'The definition is broken' },
    },
  },
  {
    name: 'strange-schemas',
    does: 'declares schemas that are deep, recursive, circular, and endless in branches',
    from: { program: 'strange-schemas' },
    cases: {
      deep: { tool: 'deep', seen: casePassed },
      recursive: { tool: 'recursive', seen: casePassed },
      circle: { tool: 'circle', seen: caseFailed("the server's own outputSchema cannot be used") },
      branches: { tool: 'branches', seen: caseFailed('did not finish in 5 s') },
    },
    seen: { state: 'failed', outcome: 'ok', words: ['2 of 4 cases failed'] },
  },
  {
    name: 'too-deep-a-list',
    does: 'nests its list of tools 5,000 levels deep',
    from: { program: 'strange-schemas', args: ['too-deep'] },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['tools/list failed: The server answered with JSON nested deeper than 256 levels'],
      findings: { 'list-answered': 'nested deeper than 256 levels', 'stdout-clean': 'no JSON-RPC messages' },
    },
  },
  {
    name: 'endless-depth',
    does: 'nests its list of tools 4,000,000 levels deep, in 8 MB',
    from: { program: 'strange-schemas', args: ['unlimited'] },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['tools/list failed: The server sent JSON nested deeper than 256 levels'],
      findings: { 'list-answered': 'nested deeper than 256 levels', 'stdout-clean': 'no JSON-RPC messages' },
    },
  },
  {
    name: 'backtracking-pattern',
    does: 'declares a pattern that backtracks for ever',
    from: { program: 'catastrophic-pattern' },
    cases: {
      matches: {
        tool: 'match',
        seen: caseFailed('the schema did not finish in 5 s and 64 MiB (a pattern that backtracks?)'),
      },
    },
    seen: { state: 'failed', outcome: 'ok', words: ['1 of 1 cases failed'] },
  },
  {
    name: 'changes-its-tools',
    does: 'changes its tools while it is tested',
    from: { program: 'changes-its-tools' },
    cases: {
      before: { tool: 'read-notes', expect: { equals: 'Two notes.' }, seen: casePassed },
      gone: { tool: 'read-notes', seen: caseFailed('Unknown tool: read-notes') },
      arrived: { tool: 'send-mail', seen: caseFailed('the server lists no tool `send-mail`; it lists `read-notes`') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 3 cases failed'],
      findings: { 'list-changed': 'what was listed at the start' },
    },
    also: ({ tools }) => {
      if (tools.map(({ name }) => name).join() !== 'read-notes') throw new Error('the list of the start was replaced');
    },
  },
  {
    name: 'asks-the-client',
    does: 'asks for sampling, elicitation and roots without being allowed to',
    from: { program: 'asks-for-sampling' },
    cases: {
      refused: {
        tool: 'ask',
        expect: {
          contains: ['"of-sampling/createMessage":-32601', '"of-elicitation/create":-32601', '"of-roots/list":-32601'],
        },
        seen: casePassed,
      },
    },
    seen: {
      ...passed,
      findings: { 'client-capabilities': 'sent 4 requests that this client declared no capability for' },
    },
  },
  {
    name: 'endless-progress',
    does: 'sends progress without end and never answers',
    from: { program: 'sends-endless-progress' },
    configured: seconds({ call: 3 }),
    cases: {
      works: { tool: 'work', seen: caseFailed('there was no answer within 3000 ms') },
      rests: { tool: 'rest', timeout: '30s', seen: casePassed },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['1 of 2 cases failed'],
      findings: { 'notifications-bounded': 'notifications during calls were not kept' },
    },
  },
  {
    name: 'large-progress',
    does: 'sends progress of 60 KB each without end',
    from: { program: 'sends-endless-progress', args: ['60000'] },
    configured: seconds({ call: 3 }),
    cases: { works: { tool: 'work', seen: caseFailed('there was no answer within 3000 ms') } },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['1 of 1 cases failed'],
      findings: { 'notifications-bounded': 'notifications during calls were not kept' },
    },
  },
];
