import type { FileStates, ServerInstance } from '../../src/cases/environment.ts';
import type { CallOutcome, SessionRequest } from '../../src/mcp/model.ts';
import type { ToolResult } from '../../src/result/model.ts';
import { says, toolOf } from './fixtures.ts';

/** What the server answers, one after another; then `ok` for ever. */
export type Script = (CallOutcome | ((request: SessionRequest) => CallOutcome | Promise<CallOutcome>))[];

export interface Scripted {
  readonly instance: ServerInstance;
  readonly requests: { readonly request: SessionRequest; readonly timeoutMs: number }[];
  /** How often it was closed. */
  readonly closed: () => number;
}

/** A server that follows a script. It counts as ended once it has answered that it is closed. */
export function scripted(
  script: Script,
  tools: readonly ToolResult[] = [toolOf()],
  files: () => FileStates = () => new Map(),
): Scripted {
  const requests: { request: SessionRequest; timeoutMs: number }[] = [];
  let alive = true;
  let closed = 0;
  const instance: ServerInstance = {
    session: {
      surface: {
        protocol: {
          revision: '2025-11-25',
          era: 'legacy',
          serverInfo: {},
          capabilities: {},
          clientCapabilities: {},
          instructions: null,
        },
        tools,
        prompts: [],
        resources: [],
        resourceTemplates: [],
      },
      timings: { startMs: 1, listMs: 1 },
      get alive() {
        return alive;
      },
      request: async (request, timeoutMs) => {
        requests.push({ request, timeoutMs });
        const next = script.shift() ?? says('ok');
        const outcome = typeof next === 'function' ? await next(request) : next;
        if (outcome.kind === 'closed') alive = false;
        return outcome;
      },
      answerWith: () => {},
      findings: () => [],
      stderrTail: () => '',
      close: async () => {},
    },
    files: async () => files(),
    close: async () => {
      closed++;
    },
  };
  return { instance, requests, closed: () => closed };
}
