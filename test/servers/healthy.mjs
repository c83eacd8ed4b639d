// A server that does everything right, with tools for what a client has to cope with in calls.
import { setTimeout as delay } from 'node:timers/promises';
import { serve, text, tool } from './lib.mjs';

const number = { type: 'number' };
const readOnly = { annotations: { readOnlyHint: true } };

serve({
  initialize: {
    capabilities: { tools: {}, prompts: {}, resources: {} },
    serverInfo: { name: 'healthy', version: '1.2.3', title: 'Healthy' },
    instructions: 'Use echo to hear yourself.',
  },
  tools: [
    tool('echo', { message: { type: 'string' } }, { title: 'Echo', ...readOnly }),
    tool(
      'add',
      { a: number, b: number },
      {
        ...readOnly,
        outputSchema: { type: 'object', properties: { sum: number }, required: ['sum'] },
      },
    ),
    tool('fail', {}, readOnly),
    tool('slow', { ms: number }, readOnly),
    tool('big', { bytes: number }, readOnly),
    tool('crash', {}, { annotations: { destructiveHint: true } }),
    tool('env', { name: { type: 'string' } }, readOnly),
  ],
  calls: {
    echo: ({ message }) => text(String(message)),
    add: ({ a, b }) => text(String(a + b), { structuredContent: { sum: a + b } }),
    fail: () => text('It did not work.', { isError: true }),
    slow: async ({ ms }) => {
      await delay(ms);
      return text(`Waited ${ms} ms.`);
    },
    big: ({ bytes }) => text('x'.repeat(bytes)),
    crash: () => {
      process.stderr.write('Going down.\n');
      process.exit(1);
    },
    env: ({ name }) => text(process.env[name] ?? ''),
  },
  methods: {
    'prompts/list': () => ({ prompts: [{ name: 'greet', description: 'Greets.' }] }),
    'resources/list': () => ({ resources: [{ uri: 'fixture://one', name: 'one' }] }),
  },
});
