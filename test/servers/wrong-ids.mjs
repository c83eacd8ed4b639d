// Every answer comes with company: one with an id that was never asked, one with id null, and itself a second time.
// With the argument `strings` it gives numeric ids back as strings; with `none` it answers under wrong ids only; with
// `null` it answers all but initialize under the id null; with `twice` calls have a second answer, and nothing else is odd.
import { answer, initializeResult, send, serve, text, tool } from './lib.mjs';

const strings = process.argv.includes('strings');
const none = process.argv.includes('none');
const nulls = process.argv.includes('null');
const twice = process.argv.includes('twice');

function reply(id, result) {
  if (strings) return answer(String(id), result);
  if (nulls) return answer('serverInfo' in result ? id : null, result);
  if (twice) {
    answer(id, result);
    if ('content' in result) answer(id, text('Another answer.'));
    return;
  }
  answer(id + 1000, { wrong: true });
  if (none) return;
  send({ jsonrpc: '2.0', id: { of: id }, error: { code: -32600, message: 'Invalid Request' } });
  answer(id, result);
  answer(id, { wrong: true });
}

serve({
  methods: {
    initialize: (_, { id }) => reply(id, initializeResult()),
    'tools/list': (_, { id }) => reply(id, { tools: [tool('one')] }),
    'tools/call': (_, { id }) => reply(id, text('right')),
  },
});
