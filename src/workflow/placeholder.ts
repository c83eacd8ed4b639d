/** What a server gets where its secret was not granted and it only has to list its tools. */
export const placeholder = 'mcp-workflow-placeholder';
