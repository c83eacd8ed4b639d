// Declares prompts and resources and serves neither.
import { echo, serve } from './lib.mjs';

serve({ ...echo, initialize: { capabilities: { tools: {}, prompts: {}, resources: {} } } });
