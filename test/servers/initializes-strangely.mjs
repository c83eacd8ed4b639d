// Answers initialize with what its argument says, a JSON object with `result` or `error`.
import { send, serve } from './lib.mjs';

serve({ methods: { initialize: (_, { id }) => send({ jsonrpc: '2.0', id, ...JSON.parse(process.argv[2]) }) } });
