import { version } from '../version.ts';

/** How this client names itself to every server. */
export const clientInfo = { name: 'mcp-workflow-action', version } as const;
