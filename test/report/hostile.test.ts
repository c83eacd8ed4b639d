import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAnnotations } from '../../src/report/annotations.ts';
import { phaseLines } from '../../src/report/lines.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import type { WorkflowResult } from '../../src/result/model.ts';
import { hostileText } from '../text/hostile.ts';
import { commandsIn } from '../text/runner-rules.ts';
import * as make from './results.ts';

const maxBytes = 900 * 1024;

/** A result in which every text that a server, a package or a file supplies is `text`. */
function resultOf(text: string): WorkflowResult {
  const location = { file: text, line: 3, column: 1 };
  const attempts = [
    { durationMs: 1, outcome: text, waitedMs: 0, step: text },
    { durationMs: 1, outcome: text, waitedMs: 0, step: `${text}2` },
  ];
  const assertion = make.anAssertion({
    kind: text,
    message: text,
    step: text,
    expected: { [text]: 1 },
    actual: [text],
  });
  const failed = make.aFailedCase(text, { tool: text, reason: text, location, attempts, assertions: [assertion] });
  const skipped = make.aCase(text, { tool: text, state: 'skipped', reason: text });
  const server = make.aServer(text, {
    state: 'failed',
    reason: text,
    source: {
      given: text,
      resolved: { kind: 'npm', name: text, version: text, integrity: text, digest: null },
      location,
      declaredIn: [],
    },
    tools: [make.aTool(text, { state: 'failed', problems: [text] })],
    cases: [failed, skipped],
    services: [
      make.aService(text, { state: 'failed', reason: text, logTail: text, image: { given: text, digest: text } }),
    ],
    findings: [make.aFinding({ check: text, subject: text, message: text, location })],
  });
  const attempt = { durationMs: 1, error: text };
  const startup = make.aStartup({
    outcome: 'crashed',
    advice: text,
    stderrTail: text,
    signal: text,
    attempts: [attempt],
  });
  return make.aResult(
    [server, make.aServerThatNeverStarted(text, { startup, reason: text }), make.aSkippedServer(text, text)],
    {
      conclusion: 'incomplete',
      complete: false,
      interruptedBy: text,
      workflowId: text,
      reasons: [text],
      problems: [{ message: text, location }],
      snapshots: { written: 1, removed: 1, stale: [{ file: text, key: text }] },
      selfTest: [{ id: text, state: 'notChecked', detail: text }],
    },
  );
}

/** The lines of a summary that are not inside of a fence. */
function outsideOfFences(markdown: string): string[] {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of markdown.split('\n')) {
    const open: string | undefined = /^`{3,}/.exec(line)?.[0];
    if (fence === null && open !== undefined) fence = open;
    else if (fence === null) lines.push(line);
    else if (line === fence) fence = null;
  }
  expect(fence).toBeNull();
  return lines;
}

function shapeOf(markdown: string): string[] {
  return outsideOfFences(markdown).map((line) => {
    const tags = (line.match(/<[^>]*>/g) ?? []).join('');
    const pipes = line.match(/\|/g)?.length ?? 0;
    return `${/^(?:#{1,6} |> |- |\| |\*\*|)/.exec(line)?.[0] ?? ''}${tags}${pipes}`;
  });
}

const named = [
  '</td>',
  '|',
  '`'.repeat(40),
  '::error::x',
  '##[error]x',
  '\n\n# x\n',
  '</details><script>',
  '\u202etxt',
  '@octocat #1 ![](http://x)',
  '-->',
];
const text = fc.oneof(fc.constantFrom(...named), hostileText).filter((value) => value.trim() !== '');

describe('foreign text', () => {
  it('changes nothing of the structure of a summary', () => {
    const plain = shapeOf(renderSummary(resultOf('plain'), { maxBytes, version: '0.1.0' }));
    fc.assert(
      fc.property(text, (value) => {
        const markdown = renderSummary(resultOf(value), { maxBytes, version: '0.1.0' });
        expect(shapeOf(markdown)).toEqual(plain);
        expect(markdown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]|(?![\n\t])\p{Cc}/u);
      }),
      { numRuns: 300 },
    );
  });

  it('reaches neither a terminal nor a log as control or command', () => {
    fc.assert(
      fc.property(text, (value) => {
        const result = resultOf(value);
        const lines = phaseLines(result).flatMap((phase) => [phase.title, ...phase.lines]);
        expect(commandsIn(lines.join('\n'))).toEqual([]);
        for (const line of lines) expect(line).not.toMatch(/(?!\t)[\p{Cc}\u202e\u200b]/u);
        expect(renderTerminal(result, { color: false })).not.toMatch(/(?![\n\t])[\p{Cc}\u202e\u200b]/u);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps annotations to three lines and 1,000 characters', () => {
    fc.assert(
      fc.property(text, (value) => {
        for (const note of renderAnnotations(resultOf(value), { perLevel: 9 })) {
          expect(note.text.length).toBeLessThanOrEqual(1000);
          expect(note.text.split('\n').length).toBeLessThanOrEqual(3);
          expect(note.title).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it('of five million characters stays in every limit', () => {
    const name = '<@|`'.repeat(1_250_000);
    const tools = [make.aTool(name)];
    const result = make.aResult([
      make.aServer(name, { tools, cases: [make.aFailedCase(name, { tool: name })], state: 'failed' }),
    ]);
    const markdown = renderSummary(result, { maxBytes, version: '0.1.0' });
    expect(Buffer.byteLength(markdown)).toBeLessThan(20_000);
    expect(markdown).toContain('more characters)');
    expect(renderTerminal(result, { color: true }).length).toBeLessThan(10_000);
    expect(
      phaseLines(result)
        .flatMap(({ lines }) => lines)
        .join('').length,
    ).toBeLessThan(10_000);
  });
});
