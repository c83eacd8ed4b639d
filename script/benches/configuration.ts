export const everything = '@modelcontextprotocol/server-everything@2026.8.31';

/** One case of a list, as a line of YAML: a sum whose text is checked. */
export function sumCase(server: string, n: number): string {
  return `  - { id: ${server}-${n}, server: ${server}, tool: get-sum, args: { a: ${n}, b: 1 }, expect: { contains: "${n + 1}" } }\n`;
}
