// Its list of tools has always another page.
import { serve, tool } from './lib.mjs';

let page = 0;
serve({ methods: { 'tools/list': () => ({ tools: [tool(`tool-${++page}`)], nextCursor: `page-${page}` }) } });
