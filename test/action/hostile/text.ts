import { caseFailed, casePassed, type HostileServer } from './model.ts';

export const textServers: readonly HostileServer[] = [
  {
    name: 'prints-commands',
    does: 'prints workflow commands on both outputs, in names, descriptions, results and errors',
    from: { program: 'prints-workflow-commands' },
    cases: {
      says: { tool: 'say', expect: { contains: 'never printed' }, seen: caseFailed('"never printed"') },
      fails: { tool: 'fail', seen: caseFailed('::error::failed') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 2 cases failed'],
      findings: { 'stdout-clean': 'no JSON-RPC messages' },
      stderr: '::add-mask::e',
    },
  },
  {
    name: 'prints-markup',
    does: 'does the same with Markdown, HTML, the ends of XML elements, terminal sequences, bidi and tag characters',
    from: { program: 'prints-markup' },
    cases: {
      says: { tool: 'say', expect: { contains: 'never printed' }, seen: caseFailed('"never printed"') },
      fails: { tool: 'fail', seen: caseFailed('</testsuite>') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 2 cases failed', 'tools are broken'],
      findings: { 'stdout-clean': 'no JSON-RPC messages', 'tool-definition': 'The definition is broken' },
      stderr: '</testsuite>',
    },
  },
  {
    name: 'huge-tool-name',
    does: 'lists tools with names of 5 MB and of 900 KB in two lines',
    from: { program: 'huge-tool-name' },
    cases: { echoes: { tool: 'echo', args: { message: 'x' }, seen: casePassed } },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['2 of 3 tools are broken (xxx'],
      findings: { 'tool-definition': 'bytes long, more than 1048576, and was cut to its name' },
    },
  },
];
