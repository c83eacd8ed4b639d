/** Of what was thrown: never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'for an unknown reason';
}
