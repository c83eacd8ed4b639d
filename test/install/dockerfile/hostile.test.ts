import { DockerfileParser } from 'dockerfile-ast';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBuild } from '../../../src/install/dockerfile/plan.ts';
import { asItIs, problem, problemOf, renderBuild } from './planned.ts';

const imageOf = (reference: string) => `localhost/base/${Buffer.from(reference).toString('hex')}:1`;
const ours = { imageOf, args: { HTTP_PROXY: 'http://x:1' } };

const quoted = String.raw`"(?:[^"\\\n]|\\.)*"`;
const word = String.raw`(?:[\w./:@%+,=~*?][\w./:@%+,=~*?-]*|(?:${quoted})+)`;
const list = String.raw`\[(?:${quoted}(?:,${quoted})*)?\]`;
/** Everything that may be built; no line of another shape is ever written. */
const shapes = [
  String.raw`FROM (?:scratch|stage\d+|localhost/base/[0-9a-f]+:1) AS stage\d+`,
  String.raw`ARG [A-Za-z_][\w.-]*(?:=${word})?`,
  String.raw`ENV [A-Za-z_][\w.-]*=${word}(?: [A-Za-z_][\w.-]*=${word})*`,
  `(?:RUN|CMD|ENTRYPOINT|VOLUME) ${list}`,
  String.raw`COPY(?: --from=(?:stage\d+|localhost/base/[0-9a-f]+:1))?(?: --chown=[\w.:-]+)?(?: --chmod=[0-7]+)? ${list}`,
  String.raw`ADD(?: --chown=[\w.:-]+)?(?: --chmod=[0-7]+)? ${list}`,
  `(?:WORKDIR|USER|STOPSIGNAL) ${word}`,
  String.raw`EXPOSE [\d/-]+\w*(?: [\d/-]+\w*)*`,
].map((shape) => new RegExp(`^(?:${shape})$`));

const pieces = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...'\\ \n " \' $ { } [ ] # = , : / - < ` \t \r \0 \\\n'.split(' '),
      ' ',
      ' ',
      '\n',
      '\r\n',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\nFROM a AS b\n',
      '\nFROM b\n',
      '\nRUN ',
      '\nCOPY ',
      '\nADD ',
      '\nENV A=',
      '\nARG A=',
      '\nUSER ',
      '\nWORKDIR ',
      '\nVOLUME ',
      '\nSHELL ["x"]\n',
      '\nCMD ',
      '\nONBUILD RUN ',
      '--mount=type=bind,target=/x ',
      '--mount=type=bind,from=b,source=/,target=/x ',
      '--mount=type=cache,target=/x ',
      '--from=b ',
      '--chown=a ',
      '<<EOF',
      '\nEOF\n',
      '["a","b"]',
      '["\\u007f","\\u0001"]',
      '${A:-',
      '$A',
      '${B}',
      '\\\n# c\n',
      'docker://x',
      'https://x',
    ),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const beginnings = fc.constantFrom(
  '',
  'FROM a AS b\nARG A=1\n',
  'ARG A=a\nFROM $A AS b\nENV B=$X\nFROM b\n',
  '# escape=`\nFROM a\n',
);
const anyText = fc.tuple(beginnings, fc.array(pieces, { maxLength: 24 })).map(([start, rest]) => start + rest.join(''));

/** Texts that pass more often: whole instructions, with something foreign where a value stands. */
const value = fc.array(pieces, { maxLength: 3 }).map((parts) => parts.join('').replaceAll(/[\r\n\0]/g, ''));
const instruction = fc.oneof(
  fc.tuple(
    fc.constantFrom('RUN ', 'CMD ', 'ENTRYPOINT ', 'LABEL a=', 'ENV A=', 'ENV A ', 'ARG A=', 'USER ', 'WORKDIR '),
    value,
  ),
  fc.tuple(fc.constantFrom('COPY a ', 'COPY --from=b /x ', 'ADD a ', 'VOLUME ', 'EXPOSE 80 ', 'STOPSIGNAL '), value),
  fc.tuple(
    fc.constant('RUN --mount=type=bind,source=a,target='),
    value.map((text) => `/${text.replaceAll(' ', '')} x`),
  ),
  fc.tuple(
    fc.constant('ENV A="'),
    value.map((text) => `${text.replaceAll(/["\\$]/g, '\\$&')}"`),
  ),
  fc.tuple(
    fc.constant('RUN cat <<EOF\n'),
    value.map((text) => `${text}\nEOF`),
  ),
  fc.tuple(
    fc.constant('CMD '),
    fc.array(fc.string(), { maxLength: 3 }).map((words) => JSON.stringify(words)),
  ),
  fc.tuple(
    fc.constant('COPY '),
    fc.array(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 3 }).map((words) => JSON.stringify(words)),
  ),
);
const likely = fc
  .array(instruction, { maxLength: 4 })
  .map((instructions) => `FROM a AS b\nFROM c\n${instructions.map((parts) => parts.join('')).join('\n')}\n`);

function planned(text: string) {
  return planBuild(text, { file: 'Dockerfile', target: null, args: {}, arch: 'x64' });
}

describe.each([
  ['any text', anyText, 4000],
  ['a likely Dockerfile', likely, 4000],
] as const)('%s', (_, texts, numRuns) => {
  it('is a problem of one line, or holds nothing but what may be built', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planned(text);
        const canonical = 'problem' in plan ? '' : renderBuild(plan, ours);
        const sentence = 'problem' in plan ? plan.problem : 'Dockerfile: none';
        expect(sentence).toMatch(/^Dockerfile(?::\d+)?: [^\n\r\0]{1,600}$/);
        const odd = canonical.split('\n').filter((line) => line !== '' && !shapes.some((shape) => shape.test(line)));
        expect(odd).toEqual([]);
        expect(canonical).not.toMatch(/<<|\\[ \t]*$/m);
        // Buildah mounts what was declared, for each command after it.
        expect(canonical).not.toMatch(/^VOLUME .*\n(?:.*\n)*(?!VOLUME )[A-Z]/m);
      }),
      { numRuns },
    );
  });

  it('says the same when what is built of it is planned again', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planned(text);
        if ('problem' in plan) return;
        const canonical = renderBuild(plan, asItIs);
        const again = planned(canonical);
        expect('problem' in again ? again.problem : renderBuild(again, asItIs)).toBe(canonical);
      }),
      { numRuns },
    );
  });

  it('is read by another parser as just these instructions, with no flag but ours', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planned(text);
        if ('problem' in plan) return;
        const canonical = renderBuild(plan, asItIs);
        const read = DockerfileParser.parse(canonical).getInstructions();
        const written = canonical.trimEnd().split('\n');
        expect(read.map((one) => one.getKeyword())).toEqual(written.map((line) => line.split(' ')[0]));
        // This reader finds some in the texts of a list, too, where Podman's looks for none.
        const flags = read.flatMap((one, index) => {
          const isList = /^[A-Z]+ \[/u.test(written[index] ?? '');
          return 'getFlags' in one && !isList ? (one as unknown as Flagged).getFlags() : [];
        });
        expect(
          flags.map((flag) => flag.getName()).filter((name) => !['from', 'chown', 'chmod'].includes(name)),
        ).toEqual([]);
        const heredocs = read.flatMap((one) =>
          'getHeredocs' in one ? (one as unknown as Heredocs).getHeredocs() : [],
        );
        expect(heredocs).toEqual([]);
      }),
      { numRuns: numRuns / 4 },
    );
  });
});

interface Flagged {
  getFlags(): { getName(): string }[];
}

interface Heredocs {
  getHeredocs(): unknown[];
}

describe('the generators', () => {
  it('make texts that pass, and not only such', () => {
    for (const texts of [anyText, likely]) {
      const passed = fc.sample(texts, { numRuns: 500, seed: 1 }).filter((text) => !('problem' in planned(text))).length;
      expect(passed).toBeGreaterThan(20);
      expect(passed).toBeLessThan(499);
    }
  });
});

describe('what would cost more than it should', () => {
  const unbearable = /^Dockerfile:\d+: found variables that make a text of unbearable length/;
  const doubling = (keyword: string) => Array.from({ length: 40 }, () => `${keyword} A=$A$A`).join('\n');

  it('is a value that doubles with each line, known or not', () => {
    expect(problemOf(`ENV A=x\n${doubling('ENV')}`)).toMatch(unbearable);
    expect(problemOf(doubling('ENV'))).toMatch(unbearable);
    expect(problemOf(`ARG A=x\n${doubling('ARG')}`)).toMatch(unbearable);
    expect(problem(`ARG A=x\n${doubling('ARG')}\nFROM a`)).toMatch(unbearable);
  });

  it('is a long value', () => {
    expect(problemOf(`ENV A=${'x'.repeat(32 * 1024)}`)).toBeNull();
    expect(problemOf(`ENV A=${'x'.repeat(32 * 1024 + 1)}`)).toMatch(unbearable);
  });

  it('is a long value that is used often', () => {
    const long = `ENV A=${'x'.repeat(30_000)}`;
    expect(problemOf(`${long}\nENV ${'B=$A '.repeat(5000)}`)).toMatch(unbearable);
    expect(problemOf(`${long}\nENV B=${'$A'.repeat(60_000)}`)).toMatch(unbearable);
    expect(problemOf(`${long}\nCOPY ${'$A '.repeat(5000)} /b`)).toMatch(unbearable);
    expect(problemOf(`${long}\nENV B=\${X:-${'$A'.repeat(5000)}}`)).toMatch(unbearable);
  });

  it('is a stage that takes the values of all before it', () => {
    const args = `ARG A=${'x'.repeat(30_000)}`;
    const stages = Array.from({ length: 90 }, (_, index) => `FROM s${index} AS s${index + 1}`).join('\n');
    expect(problem(`FROM a AS s0\n${args}\n${stages}`)).toMatch(unbearable);
  });

  it('is a form nested too deeply', () => {
    expect(problemOf(`ENV A=${'${A:-'.repeat(40_000)}`)).toContain('nested more than 20 deep');
    expect(problemOf(`ENV A=${'${A:-'.repeat(20)}x${'}'.repeat(20)}`)).toBeNull();
    expect(problemOf(`RUN ${'['.repeat(200_000)}`)).toContain('more than 60 KiB');
  });

  // With a pattern that goes back over the text for every character, each of these takes minutes.
  it.each([
    ['ENV A=', '\\ '],
    ['ENV A=', '" " '],
    ['ENV ', 'A=$B '],
    ['RUN ', '\\ '],
    ['RUN ', "' "],
    ['RUN ', '<<A '],
    ['RUN <<', "''"],
    ['RUN ', '--network=none '],
    ['RUN ', '\\\n'],
    ['RUN ', '   \\\n# x\n'],
    ['COPY ', 'a '],
    ['COPY ', '@'],
    ['ADD ', 'a.'],
    ['EXPOSE ', '1 '],
    ['VOLUME ', '/a '],
    ['CMD [', '"a",'],
    ['FROM ', 'a/'],
    ['FROM ', 'a-'],
    ['FROM a', ' '],
    ['# ', ' ='],
    ['', '#\n'],
    ['', ' '],
  ])('is not %j with %j over and over', { timeout: 60_000 }, (start, part) => {
    const text = `FROM a\n${start}${part.repeat(Math.floor(200_000 / part.length))}`;
    expect(() => {
      const plan = planned(text);
      return 'problem' in plan ? plan : renderBuild(plan, asItIs);
    }).not.toThrow();
  });
});
