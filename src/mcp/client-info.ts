import { version } from '../version.ts';

/** How this client names itself in `initialize`. */
export const clientInfo = { name: 'mcp-workflow-action', version } as const;

/** Client capabilities declared to every server: none, so that the surface a server shows is always the same one. */
export const clientCapabilities = {} as const;
