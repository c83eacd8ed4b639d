// Notes with ids of their own, in all the ways that the protocol has: tools, a resource template, a prompt, completion.
import { refuse, send, serve, text, tool } from './lib.mjs';

const notes = new Map();
const string = { type: 'string' };
const found = (id) => notes.get(Number(id));

serve({
  initialize: { capabilities: { tools: {}, prompts: {}, resources: {}, completions: {}, logging: {} } },
  tools: [
    tool('create', { title: string }),
    tool('remove', { id: { type: 'number' } }),
    tool('count', {}, { annotations: { readOnlyHint: true } }),
    tool('ask'),
    tool('crash'),
  ],
  methods: {
    'logging/setLevel': () => ({}),
    'prompts/list': () => ({ prompts: [{ name: 'praise', arguments: [{ name: 'title' }] }] }),
    'prompts/get': ({ arguments: { title } }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Praise ${title}.` } }],
    }),
    'resources/list': () => ({ resources: [] }),
    'resources/templates/list': () => ({ resourceTemplates: [{ name: 'note', uriTemplate: 'note://{id}' }] }),
    'resources/read': ({ uri }, { id }) => {
      const note = found(uri.slice('note://'.length));
      if (note === undefined) return refuse(id, -32002, 'Resource not found');
      return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(note) }] };
    },
    'completion/complete': ({ argument }) => {
      const values = [...notes.values()].map(({ title }) => title).filter((title) => title.startsWith(argument.value));
      return { completion: { values, total: values.length, hasMore: false } };
    },
    // An answer to `ask` has no method: the shared loop looks it up under this name.
    undefined: (_, { id, result, error }) => {
      send({ jsonrpc: '2.0', id: Number(id), result: text(JSON.stringify(result ?? error.code)) });
    },
    'tools/call': ({ name, arguments: args, _meta }, { id }) => {
      if (name === 'crash') process.exit(3);
      if (name === 'count') return text(String(notes.size));
      if (name === 'ask') {
        const params = { message: 'Which?', requestedSchema: { type: 'object', properties: { choice: string } } };
        return send({ jsonrpc: '2.0', id: String(id), method: 'elicitation/create', params });
      }
      if (name === 'remove') return text(notes.delete(args.id) ? 'removed' : 'no such note');
      const note = { id: 1000 + Math.floor(Math.random() * 1e6), title: args.title };
      notes.set(note.id, note);
      send({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken, progress: 1 },
      });
      send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: `created ${note.id}` } });
      return text(JSON.stringify(note), { structuredContent: note });
    },
  },
});
