/** How this client names itself in `initialize`; the version is that of package.json. */
export const clientInfo = { name: 'mcp-workflow-action', version: '0.1.0' } as const;

/** Client capabilities declared to every server: none, so that the surface a server shows is always the same one. */
export const clientCapabilities = {} as const;
