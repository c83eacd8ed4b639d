// Speaks only the modern era and, as servers of other makers do, knows no method initialize. Its argument names what it
// does besides: asks, asks-undeclared, asks-forever, asks-again, untyped, sends-requests, other-version, empty-cursor.
import { echo, refuse, send, serve, text, tool } from './lib.mjs';

const [mode = 'plain'] = process.argv.slice(2);
const meta = { 'io.modelcontextprotocol/serverInfo': { name: 'by-hand', version: '0.1.0' } };
const done = (result) => ({ ...(mode === 'untyped' ? {} : { resultType: 'complete' }), ...result });
const elicitation = { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', requestedSchema: {} } };
const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } };
const pages = { undefined: ['one', ''], '': ['two', undefined] };
let asked = 0;

function call({ inputResponses, requestState, _meta }) {
  if (mode === 'asks-forever') return { resultType: 'input_required', inputRequests: { who: elicitation } };
  if (mode === 'asks-undeclared') return { resultType: 'input_required', inputRequests: { what: sampling } };
  if (mode === 'asks-again' && asked++ < 2) return { resultType: 'input_required', requestState: `state ${asked}` };
  if (mode === 'asks' && inputResponses === undefined) {
    return { resultType: 'input_required', inputRequests: { who: elicitation }, requestState: 's' };
  }
  if (mode === 'sends-requests') send({ jsonrpc: '2.0', id: 's1', method: 'roots/list' });
  return done(text(JSON.stringify({ inputResponses, requestState, meta: _meta })));
}

serve({
  ...echo,
  methods: {
    initialize: (_, { id }) => refuse(id, -32601, 'Method not found: initialize'),
    'server/discover': ({ _meta }) => {
      if (_meta?.['io.modelcontextprotocol/protocolVersion'] !== '2026-07-28') process.exit(9);
      const supportedVersions = mode === 'other-version' ? ['2027-01-01'] : ['2026-07-28'];
      return done({ supportedVersions, capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private', _meta: meta });
    },
    'tools/list': ({ cursor }) => {
      if (mode !== 'empty-cursor') return done({ tools: [tool('tell')] });
      const [name, nextCursor] = pages[cursor];
      return done({ tools: [tool(name)], nextCursor });
    },
    'tools/call': call,
  },
});
