// Shakes hands and then cannot list its tools, for want of the network.
import { refuse, serve } from './lib.mjs';

serve({ methods: { 'tools/list': (_, { id }) => refuse(id, -32603, 'fetch failed') } });
