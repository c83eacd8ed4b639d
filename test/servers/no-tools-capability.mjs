// Declares nothing. With the argument `serves` it has a tool all the same, else it knows no tools/list.
import { echo, refuse, serve } from './lib.mjs';

const initialize = { capabilities: {} };
const methods = { 'tools/list': (_, { id }) => refuse(id, -32601, 'Method not found') };
serve(process.argv.includes('serves') ? { ...echo, initialize } : { initialize, methods });
