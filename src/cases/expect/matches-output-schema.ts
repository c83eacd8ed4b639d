import type { ToolResult } from '../../result/model.ts';
import type { ResultAnswer } from '../answer.ts';
import { assertion, decide, type Line } from '../assertion.ts';
import type { SchemaValidator } from '../schema-validator.ts';

const kind = 'matchesOutputSchema';

/** structuredContent is there and valid by the outputSchema that the tool declares (MCP 2025-06-18, "Output Schema"). */
export async function matchesOutputSchema(
  tool: ToolResult | undefined,
  { result }: ResultAnswer,
  validator: SchemaValidator,
): Promise<Line> {
  const expected = tool?.outputSchema ?? null;
  const actual = result['structuredContent'];
  const failed = (message: string) => assertion(kind, 'failed', { expected, actual, message });
  if (expected === null) return failed('the tool declares no outputSchema to check the result by');
  if (actual === undefined) return failed('structuredContent is missing, but the tool declares an outputSchema');
  const outcome = await validator.validate(expected, actual);
  if (outcome.state === 'notChecked') {
    // The schema is the server's own: one that nobody can use is the server's failure, a limit of ours is not.
    if (outcome.blame === 'rule') return failed(`the server's own outputSchema cannot be used: ${outcome.reason}`);
    const message = `structuredContent was not checked: ${outcome.reason}`;
    return assertion(kind, 'notChecked', { expected, actual, message });
  }
  return decide(kind, outcome.state === 'valid', {
    expected,
    actual,
    pass: 'structuredContent is valid by the outputSchema',
    fail:
      outcome.state === 'invalid'
        ? `structuredContent is not valid by the outputSchema: ${outcome.errors.join('; ')}`
        : '',
  });
}
