// Answers every page with the same cursor, and so the same page.
import { serve, tool } from './lib.mjs';

serve({ methods: { 'tools/list': () => ({ tools: [tool('again')], nextCursor: 'more' }) } });
