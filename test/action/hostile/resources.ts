import { caseFailed, casePassed, type HostileServer, passed } from './model.ts';

const rests = { tool: 'rest', expect: { equals: 'Rested.' }, seen: casePassed };

export const resourceServers: readonly HostileServer[] = [
  {
    name: 'floods-stdout',
    does: 'floods stdout without a line end',
    from: { program: 'floods-stdout', args: ['no-newline'] },
    seen: {
      state: 'failed',
      outcome: 'stdout_polluted',
      words: ['wrote a line of more than 16 MiB on stdout', 'its log belongs on stderr'],
      findings: { 'stdout-clean': 'no JSON-RPC messages', 'stdout-line-length': 'longer than 16 MiB' },
    },
  },
  {
    name: 'floods-stdout-in-lines',
    does: 'floods stdout with lines, during a call',
    from: { program: 'floods-stdout', args: ['lines', 'call'] },
    cases: { floods: { tool: 'flood', seen: caseFailed('flooded stdout during tools/call') } },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['1 of 1 cases failed'],
      findings: { 'stdout-clean': 'no JSON-RPC messages' },
    },
  },
  {
    name: 'floods-stderr',
    does: 'writes 1 GB to stderr while it works',
    from: { program: 'floods-stderr' },
    cases: Object.fromEntries(
      ['first', 'second', 'third'].map((id) => [
        id,
        { tool: 'echo', args: { message: 'x' }, expect: { equals: 'x' }, seen: casePassed },
      ]),
    ),
    seen: { ...passed, stderr: 'still here and talking' },
  },
  {
    name: 'floods-stderr-without-lines',
    does: 'writes 1 GB to stderr in one line',
    from: { program: 'floods-stderr', args: ['no-newline'] },
    cases: { echoes: { tool: 'echo', args: { message: 'x' }, expect: { equals: 'x' }, seen: casePassed } },
    seen: { ...passed, stderr: 'xxxx' },
  },
  {
    name: 'one-huge-line',
    does: 'answers with one line of 100 MB',
    from: { program: 'one-huge-line', args: ['100'] },
    cases: {
      huge: { tool: 'huge', seen: caseFailed('a line of more than 16 MiB on stdout, which was dropped unread') },
    },
    seen: {
      state: 'failed',
      outcome: 'ok',
      words: ['1 of 1 cases failed'],
      findings: { 'stdout-clean': 'no JSON-RPC messages', 'stdout-line-length': '1 lines on stdout were longer' },
    },
  },
  {
    name: 'memory-hog',
    does: 'takes 700 MB where 512 MiB are allowed',
    from: { program: 'hogs-memory' },
    cases: { hogs: { tool: 'hog', seen: casePassed }, rests },
    seen: passed,
    whereLimitsHold: {
      seen: {
        state: 'failed',
        outcome: 'ok',
        words: ['1 of 2 cases failed'],
        findings: { 'memory-limit': 'exceeded 512 MiB of memory' },
      },
      cases: { hogs: caseFailed('exceeded 512 MiB of memory and was ended during tools/call'), rests: casePassed },
    },
  },
  {
    name: 'fills-folders',
    does: 'fills /tmp, HOME and its work folder',
    from: { program: 'fills-folders' },
    configured: { resources: { disk: '48Mi' }, work: { at: '/work' } },
    cases: {
      tmp: {
        tool: 'fill',
        args: { folder: '/tmp', megabytes: 40 },
        seen: casePassed,
      },
      home: {
        tool: 'fill',
        args: { folder: '/home/user', megabytes: 40 },
        seen: casePassed,
      },
      'home-again': {
        tool: 'fill',
        args: { folder: '/home/user', name: 'more', megabytes: 40 },
        seen: caseFailed('Could not write more than 24 MiB: ENOSPC'),
      },
      work: {
        tool: 'fill',
        args: { folder: '/work', megabytes: 50 },
        seen: caseFailed('Could not write more than 48 MiB: EFBIG'),
      },
      rests,
    },
    seen: { state: 'failed', outcome: 'ok', words: ['2 of 5 cases failed'] },
  },
  {
    name: 'fills-tmp',
    does: 'fills /tmp to its end',
    from: { program: 'fills-folders' },
    cases: {
      tmp: {
        tool: 'fill',
        args: { folder: '/tmp', megabytes: 300 },
        seen: caseFailed('Could not write more than 256 MiB: ENOSPC'),
      },
      rests,
    },
    seen: { state: 'failed', outcome: 'ok', words: ['1 of 2 cases failed'] },
  },
  {
    name: 'opens-descriptors',
    does: 'opens files until it may open no more',
    from: { program: 'opens-descriptors' },
    cases: { opens: { tool: 'open', expect: { jsonPath: { '$.code': 'EMFILE' } }, seen: casePassed }, rests },
    seen: passed,
  },
];
