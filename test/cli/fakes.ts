import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine } from '../../src/cli/engine.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { CallOutcome, Session } from '../../src/mcp/model.ts';
import type { ToolResult, WorkflowResult } from '../../src/result/model.ts';
import { initialize } from '../../src/workflow/initialize.ts';
import type { LiveServer, ServerChoice } from '../../src/workflow/live-server.ts';
import * as make from '../report/results.ts';

/** A folder of its own for a test, with these files. */
export async function aFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'cli-')));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** What a command did. */
export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line with an engine that installs nothing. */
export async function command(args: readonly string[], parts: Partial<Terminal> = {}): Promise<Ended> {
  let [out, err] = ['', ''];
  const exitCode = await commandLine(['node', 'mcp-workflow', ...args], {
    engine: anEngine(),
    directory: '/',
    env: {},
    interrupt: new AbortController().signal,
    color: false,
    print: (text) => (out += text),
    say: (line) => (err += `${line}\n`),
    ...parts,
  });
  return { exitCode, out, err };
}

/** An engine whose runs end with `result`; reading configurations is real. */
export function anEngine(parts: Partial<Engine> = {}, result: WorkflowResult = make.aTypicalResult()): Engine {
  const exitCode = result.conclusion === 'passed' ? 0 : 1;
  return {
    run: () => Promise.resolve({ result, exitCode, files: [] }),
    openRounds: () => ({ round: () => Promise.resolve({ result, exitCode, files: [] }), end: () => Promise.resolve() }),
    initialize,
    lookInto: () => Promise.resolve([]),
    withServer: () => Promise.resolve({ ok: false, sentences: ['there is no server'], exitCode: 3 }),
    ...parts,
  };
}

type Answer = Readonly<Record<string, unknown>> | CallOutcome;

/** A session with these tools; `answer` is a result, or a whole outcome. */
export function aSession(
  tools: readonly ToolResult[],
  answer: (name: string, args: Readonly<Record<string, unknown>>, timeoutMs: number) => Answer = () => ({
    content: [],
  }),
): Session {
  const heard = { progress: [], logs: [], requests: [] };
  return {
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
    alive: true,
    request: (request, timeoutMs) => {
      if (request.method !== 'tools/call') throw new Error('only tools are called');
      const { name, arguments: args } = request.params;
      const given = answer(String(name), args as Readonly<Record<string, unknown>>, timeoutMs);
      const outcome =
        'kind' in given ? (given as CallOutcome) : { kind: 'result' as const, result: given, durationMs: 7, heard };
      return Promise.resolve(outcome);
    },
    answerWith: () => {},
    findings: () => [],
    stderrTail: () => '',
    close: () => Promise.resolve(),
  };
}

/** An engine whose servers are these sessions, by source or name; `choices` gathers what was asked for. */
export function serving(sessions: Readonly<Record<string, Session>>, choices: ServerChoice[] = []): Engine {
  return anEngine({
    withServer: async <T>(
      _host: unknown,
      _options: unknown,
      choice: ServerChoice,
      use: (live: LiveServer) => Promise<T>,
    ) => {
      choices.push(choice);
      const key = choice.source ?? choice.server ?? '';
      const session = sessions[key];
      if (session === undefined)
        return { ok: false, sentences: [`${key}: it crashed`, 'Segmentation fault'], exitCode: 1 };
      const name = key
        .replace(/^npm:/, '')
        .replace(/^@[^/]*\//, '')
        .replace(/@.*$/, '');
      return { ok: true, value: await use({ name, session }) };
    },
  });
}
