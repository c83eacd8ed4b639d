// Lists 10,000 tools (or as many as its argument says) in one answer.
import { serve, text, tool } from './lib.mjs';

const count = Number(process.argv[2] ?? 10_000);
const tools = Array.from({ length: count }, (_, index) => tool(`tool-${index}`, { value: { type: 'string' } }));
serve({ tools, methods: { 'tools/call': ({ name }) => text(name) } });
