import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reporterNames, reporters } from '../../src/report/reporters.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { hostileText } from '../text/hostile.ts';
import { commandsIn } from '../text/runner-rules.ts';
import * as make from './results.ts';

const plain = { color: false };

describe('reporters', () => {
  it.each(['dots', 'verbose', 'github'] as const)('%s looks as it should on a usual bad day', async (name) => {
    await expect(reporters[name].render(make.aTypicalResult(), plain)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  it.each(reporterNames)('%s ends with one line end and differs in colour only', (name) => {
    const text = reporters[name].render(make.aTypicalResult(), plain);
    expect(text).toMatch(/[^\n]\n$/);
    const colored = reporters[name].render(make.aTypicalResult(), { color: true });
    expect(stripVTControlCharacters(colored)).toBe(text);
  });

  it('dots are a character a case, in lines of 80', () => {
    const cases = Array.from({ length: 200 }, (_, at) => make.aCase(`c${at}`));
    const text = reporters.dots.render(make.aResult([make.aServer('s', { cases })]), plain);
    expect(text).toBe(
      `s\n  ${'.'.repeat(80)}\n  ${'.'.repeat(80)}\n  ${'.'.repeat(40)}\n\nPASSED  1 server and 200 cases passed.\n`,
    );
  });

  it('json is the result itself', () => {
    const result = make.aResult([make.aServer('a ##[error]b')]);
    const text = reporters.json.render(result, plain);
    expect(WorkflowResult.parse(JSON.parse(text))).toEqual(result);
    expect(commandsIn(text)).toEqual([]);
  });

  it('github escapes what would end a property or a command', () => {
    const location = { file: 'a,b:c.yml', line: 2, column: 3 };
    const problems = [{ message: '100 % wrong', location }];
    const [first] = reporters.github.render(make.aResult([], { conclusion: 'error', problems }), plain).split('\n');
    expect(first).toBe('::error file=a%2Cb%3Ac.yml,line=2,col=3,title=MCP Workflow%3A configuration::100 %25 wrong');
  });

  it('github writes no command but its own, and the others none at all', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const location = { file: text, line: 3, column: 1 };
        const assertions = [make.anAssertion({ kind: text, message: text, step: text })];
        const cases = [make.aFailedCase(text, { tool: text, location, assertions }), make.aFailedCase('b')];
        const startup = make.aStartup({ stderrTail: text });
        const result = make.aResult([make.aServer(text, { cases, state: 'failed', reason: text, startup })], {
          problems: [{ message: text, location }],
          workflowId: text,
        });
        const commands = reporters.github.render(result, plain);
        expect(commandsIn(commands)).toHaveLength(3);
        expect(commands.split('\n')).toHaveLength(5);
        const others = reporterNames.filter((name) => name !== 'github');
        expect(others.flatMap((name) => commandsIn(reporters[name].render(result, plain)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
