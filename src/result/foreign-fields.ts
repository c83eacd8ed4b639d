/** The fields of a result that hold JSON values of a server's or of the user's, of any shape: all that the model calls unknown. */
export const foreignFields: ReadonlySet<string> = new Set([
  'actual',
  'annotations',
  'capabilities',
  'clientCapabilities',
  'evidence',
  'expected',
  'inputSchema',
  'outputSchema',
  'prompts',
  'resourceTemplates',
  'resources',
  'serverInfo',
]);
