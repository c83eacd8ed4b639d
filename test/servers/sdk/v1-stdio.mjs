import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { talkativeServer } from './v1-tools.mjs';

await talkativeServer().connect(new StdioServerTransport());
