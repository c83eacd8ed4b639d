import type { FileStates } from '../../src/cases/environment.ts';
import type { Line } from '../../src/cases/assertion.ts';
import { judge, type JudgeContext } from '../../src/cases/judge.ts';
import type { SchemaValidator } from '../../src/cases/schema-validator.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import type { Expectations, StepRequest } from '../../src/config/model.ts';
import type { CallOutcome } from '../../src/mcp/model.ts';

export const toolRequest: StepRequest = { kind: 'tool', name: 'echo', args: {} };

/** The surroundings of a judgement in which nothing is to be found. */
export function nowhere(validator: SchemaValidator): JudgeContext {
  const none: FileStates = new Map();
  return {
    tool: undefined,
    validator,
    filesBefore: null,
    filesNow: async () => none,
    snapshots: {
      store: SnapshotStore.open({ update: false, redact: (text) => text }),
      file: '/nowhere/__snapshots__/cases.snap.json',
    },
  };
}

/** The only line of that kind. */
export async function lineOf(
  kind: string,
  wanted: Expectations,
  outcome: CallOutcome,
  context: JudgeContext,
  request: StepRequest = toolRequest,
): Promise<Line> {
  const { lines } = await judge({ request, expect: wanted, outcome }, context);
  const [only, ...others] = lines.filter((each) => each.kind === kind);
  if (only === undefined || others.length > 0)
    throw new Error(`not one line of kind ${kind}: ${JSON.stringify(lines)}`);
  return only;
}
