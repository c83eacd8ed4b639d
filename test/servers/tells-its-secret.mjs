// Says its secret wherever it can, in every encoding that it knows: names, descriptions, schemas, results, errors,
// stderr (also in pieces, and in the middle of long lines) and lines on stdout that are no messages.
import { setTimeout as delay } from 'node:timers/promises';
import { refuse, serve, text, tool } from './lib.mjs';

const secret = process.env.TOKEN ?? '';
const pin = Number(process.env.PIN);
const base64 = (value) => Buffer.from(value).toString('base64');
const forms = [
  secret,
  JSON.stringify(secret),
  JSON.stringify(JSON.stringify({ secret })),
  encodeURIComponent(secret),
  encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  new URLSearchParams({ q: secret }).toString(),
  base64(secret),
  base64(`a${secret}`),
  base64(`ab${secret}c`),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
];
const all = forms.join(' ');

if (process.argv[2] === 'exits') {
  process.stderr.write(`Error: invalid token ${all}\n`);
  process.exit(1);
}

for (const form of forms) {
  process.stdout.write(`no message ${form}\n`);
  process.stderr.write(`Bearer ${form}\n`);
  for (const cut of [0, 3, 7, 11]) process.stderr.write(`${'.'.repeat(2040 - cut)}${form} and more\n`);
}
// In two writes, of which the second comes later.
process.stderr.write(`in pieces ${secret.slice(0, 5)}`);
await delay(50);
process.stderr.write(`${secret.slice(5)}\n`);

const answers = {
  tell: () => text(all, { structuredContent: { [secret]: forms, pin } }),
  // However much of an answer is shown: one of these stands where it is cut.
  long: () => text(forms.map((form) => `${'-'.repeat(107)}${form}`.repeat(8)).join('\n')),
  fail: () => text(all, { isError: true }),
};

serve({
  initialize: { serverInfo: { name: secret, version: base64(secret) }, instructions: all },
  tools: [
    tool('tell', {}, { title: secret, description: all, annotations: { title: all } }),
    tool('long', { [secret]: { enum: [secret], default: pin } }, { outputSchema: { type: 'object', const: secret } }),
    tool('fail'),
    tool('refuse'),
    tool(secret),
    tool(`a_${Buffer.from(secret).toString('hex')}`, {}, { inputSchema: { type: secret, pattern: `(${secret}` } }),
  ],
  methods: {
    'tools/call': ({ name }, { id }) => {
      if (name === 'refuse') return refuse(id, -32000, all, { [secret]: forms });
      return (answers[name] ?? answers.fail)();
    },
  },
});
