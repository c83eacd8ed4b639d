import { describe, expect, it } from 'vitest';
import type { ServerChoice } from '../../src/workflow/live-server.ts';
import { commandsIn } from '../text/runner-rules.ts';
import * as make from '../report/results.ts';
import { aSession, command, serving } from './fakes.ts';

const sum = make.aTool('get-sum', {
  inputSchema: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' }, label: { type: 'string' } },
    required: ['a', 'b'],
  },
});
const text = (said: string) => ({ content: [{ type: 'text', text: said }] });

describe('call', () => {
  it('calls the tool with arguments as the schema has them, and prints the answer', async () => {
    const calls: unknown[] = [];
    const choices: ServerChoice[] = [];
    const session = aSession([sum], (name, args, timeoutMs) => {
      calls.push([name, args, timeoutMs]);
      return text('The sum is 5.');
    });
    const args = [
      'call',
      'get-sum',
      'a=2',
      'label=3',
      '--args',
      '{"a": 9, "b": 3}',
      '-s',
      'npm:x@1.0.0',
      '--secret',
      'KEY',
      '--timeout',
      '2s',
    ];
    const { exitCode, out, err } = await command(args, { engine: serving({ 'npm:x@1.0.0': session }, choices) });
    expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: 'The sum is 5.\n7 ms\n', err: '' });
    expect(calls).toEqual([['get-sum', { a: 2, b: 3, label: '3' }, 2000]]);
    expect(choices).toEqual([{ source: 'npm:x@1.0.0', server: null, config: null, secrets: ['KEY'] }]);
  });

  it('says which arguments do not fit, and calls all the same', async () => {
    const session = aSession([sum], () => ({ ...text('a must be a number'), isError: true }));
    const { exitCode, out, err } = await command(['call', 'get-sum', 'a=two', '--server', 'x'], {
      engine: serving({ x: session }),
    });
    expect(exitCode).toBe(1);
    expect(err).toContain('hint: the arguments do not fit what the tool declares');
    expect(err).toMatch(/\ba\b.*number/);
    expect(out).toBe('the tool reports an error (isError: true)\na must be a number\n7 ms\n');
  });

  it('names the nearest tool, and calls nothing', async () => {
    const session = aSession([sum], () => {
      throw new Error('called');
    });
    const { exitCode, err } = await command(['call', 'get-som', '-s', 'x'], { engine: serving({ x: session }) });
    expect(exitCode).toBe(2);
    expect(err).toBe('The server x has no tool `get-som`: did you mean `get-sum`?\n');
  });

  it.each([
    [
      { kind: 'protocolError', code: -32_602, message: 'no such tool', durationMs: 7 },
      1,
      /protocol error -32602: no such tool/,
    ],
    [{ kind: 'timeout', timeoutMs: 5, durationMs: 7 }, 1, /no answer in time/],
    [{ kind: 'closed', reason: 'The server ended.', durationMs: 7 }, 1, /The server ended\./],
    [{ kind: 'lost', reason: 'The connection was dropped.', durationMs: 7 }, 3, /dropped/],
    [{ kind: 'aborted', durationMs: 7 }, 3, /interrupted/],
  ] as const)('%j ends with %d', async (outcome, expected, sentence) => {
    const heard = { progress: [], logs: [], requests: [] };
    const session = aSession([sum], () => ({ ...outcome, heard }));
    const { exitCode, out } = await command(['call', 'get-sum', 'a=1', 'b=1', '-s', 'x'], {
      engine: serving({ x: session }),
    });
    expect(exitCode).toBe(expected);
    expect(out).toMatch(sentence);
  });

  it('prints all of the answer as JSON', async () => {
    const session = aSession([sum], () => ({ ...text('##[error]x'), structuredContent: { sum: 5 } }));
    const { out } = await command(['call', 'get-sum', 'a=2', 'b=3', '-s', 'x', '--json'], {
      engine: serving({ x: session }),
    });
    expect(JSON.parse(out)).toMatchObject({
      tool: 'get-sum',
      kind: 'result',
      result: { content: [{ text: '##[error]x' }], structuredContent: { sum: 5 } },
    });
    expect(commandsIn(out)).toEqual([]);
  });

  it('shows other blocks by what they are, and neutralises what the server says', async () => {
    const content = [
      { type: 'text', text: '\u001b[2J::error::x\n##[error]y' },
      { type: 'image', mimeType: 'image/png', data: 'A'.repeat(4000) },
      { type: 'resource_link', uri: 'file:///a', name: 'a' },
      { odd: true },
    ];
    const session = aSession([sum], () => ({ content }));
    const { out } = await command(['call', 'get-sum', 'a=2', 'b=3', '-s', 'x'], { engine: serving({ x: session }) });
    expect(out).toContain('[image, image/png, 2.9 KiB]\n[resource_link, a, file:///a]\n[block]');
    expect(out).not.toContain('\u001b');
    expect(commandsIn(out)).toEqual([]);
  });

  it('hides the secrets that it granted', async () => {
    const session = aSession([sum], () => text('your key is hunter2hunter2'));
    const parts = { engine: serving({ x: session }), env: { KEY: 'hunter2hunter2' } };
    const args = ['call', 'get-sum', 'a=2', 'b=3', '-s', 'x', '--secret', 'KEY'];
    expect((await command(args, parts)).out).toContain('your key is ***');
    expect((await command([...args, '--json'], parts)).out).not.toContain('hunter2');
  });

  it('says why a server could not be had, with its exit code', async () => {
    const { exitCode, err } = await command(['call', 'get-sum', '-s', 'npm:gone'], { engine: serving({}) });
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'npm:gone: it crashed\nSegmentation fault\n' });
  });
});
