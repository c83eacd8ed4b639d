// Shakes hands and is silent from then on.
import { serve } from './lib.mjs';

const silent = () => undefined;
serve({ methods: { 'tools/list': silent, 'tools/call': silent, ping: silent } });
