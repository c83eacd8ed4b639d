import { caseFailed, casePassed, type HostileServer, passed, seconds } from './model.ts';

const program = 'takes-without-end';
const rests = { tool: 'rest', expect: { equals: 'Rested.' }, seen: casePassed };
const one = { state: 'failed', outcome: 'ok', words: ['1 of 2 cases failed'] } as const;

/** Servers that nothing but the sandbox's limits ends: for machines on which memory and processes are limited. */
export const endlessServers: readonly HostileServer[] = [
  {
    name: 'memory-without-end',
    does: 'takes memory',
    from: { program, args: ['memory'] },
    configured: { resources: { memory: '256Mi' } },
    cases: {
      takes: {
        tool: 'take',
        seen: caseFailed('The server exceeded 256 MiB of memory and was ended during tools/call'),
      },
      rests,
    },
    seen: { ...one, findings: { 'memory-limit': 'exceeded 256 MiB of memory' } },
  },
  {
    name: 'processes-without-end',
    does: 'is a fork bomb: processes that make others by double forks, in sessions of their own',
    from: { program, args: ['processes'] },
    configured: { resources: { pids: 64 } },
    cases: {
      takes: { tool: 'take', expect: { equals: 'There are no more: EAGAIN' }, seen: casePassed },
      rests,
    },
    seen: { ...passed, findings: { 'process-limit': 'It wanted more than 64 processes and threads, and was refused' } },
  },
  {
    name: 'folders-without-end',
    does: 'fills /tmp, HOME, /dev/shm and its work folder at the same time',
    from: { program, args: ['folders', '/tmp', '/home/user', '/dev/shm', '/work'] },
    configured: { resources: { disk: '8Mi' }, work: { at: '/work' }, ...seconds({ call: 10 }) },
    cases: { takes: { tool: 'take', seen: caseFailed('there was no answer within 10000 ms') }, rests },
    seen: one,
  },
  {
    name: 'files-without-end',
    does: 'makes empty files in /tmp, which take memory of the kernel',
    from: { program, args: ['files', '/tmp'] },
    configured: { resources: { memory: '128Mi' }, ...seconds({ call: 400 }) },
    cases: {
      takes: {
        tool: 'take',
        seen: caseFailed('The server exceeded 128 MiB of memory and was ended during tools/call'),
      },
      rests,
    },
    seen: { ...one, findings: { 'memory-limit': 'exceeded 128 MiB of memory' } },
  },
  {
    name: 'descriptors-without-end',
    does: 'opens files',
    from: { program, args: ['descriptors'] },
    configured: seconds({ call: 5 }),
    cases: { takes: { tool: 'take', seen: caseFailed('there was no answer within 5000 ms') }, rests },
    seen: one,
  },
];
