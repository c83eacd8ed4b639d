// Lists five tools on three pages, and refuses a cursor that it did not give.
import { refuse, serve, tool } from './lib.mjs';

const pages = { '': ['one', 'two'], second: ['three', 'four'], third: ['five'] };
const next = { '': 'second', second: 'third' };
serve({
  methods: {
    'tools/list': ({ cursor = '' }, { id }) => {
      if (!Object.hasOwn(pages, cursor)) return refuse(id, -32602, 'Invalid cursor');
      const tools = pages[cursor].map((name) => tool(name));
      return next[cursor] === undefined ? { tools } : { tools, nextCursor: next[cursor] };
    },
  },
});
