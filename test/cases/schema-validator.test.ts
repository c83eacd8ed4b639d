import * as fc from 'fast-check';
import { spawn, spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { deep } from './fixtures.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());

const slow = { type: 'string', pattern: '^(a+)+$' };
const bait = `${'a'.repeat(40)}!`;

/** A text for the slow pattern that keeps this machine busy for about so many milliseconds, found by trying. */
function takesAtLeast(ms: number): string {
  for (let length = 10; ; length++) {
    const text = `${'a'.repeat(length)}!`;
    const started = performance.now();
    new RegExp(slow.pattern, 'u').test(text);
    if (performance.now() - started >= ms) return text;
  }
}

function blockThisThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('validate', () => {
  test('a value that fits is valid', async () => {
    expect(await validator.validate({ type: 'object', required: ['a'] }, { a: 1 })).toEqual({ state: 'valid' });
  });

  test('every error says where and what', async () => {
    const schema = {
      type: 'object',
      properties: { items: { items: { type: 'integer' } }, mode: { enum: ['on', 'off'] } },
      required: ['id'],
      additionalProperties: false,
    };
    const outcome = await validator.validate(schema, { items: [1, 'x'], mode: 'maybe', extra: true });
    expect(outcome).toEqual({
      state: 'invalid',
      errors: [
        "the value must have required property 'id'",
        'the value must NOT have additional properties ("extra")',
        '/items/1 must be integer',
        '/mode must be equal to one of the allowed values (["on","off"])',
      ],
    });
  });

  test('many and long errors are bounded', async () => {
    const schema = { items: { enum: ['x'.repeat(5000)] } };
    const outcome = await validator.validate(schema, Array.from({ length: 5000 }, String));
    if (outcome.state !== 'invalid') throw new Error(outcome.state);
    expect(outcome.errors).toHaveLength(11);
    expect(outcome.errors.at(-1)).toBe('and 4990 more');
    expect(Math.max(...outcome.errors.map((error) => error.length))).toBeLessThanOrEqual(201);
  });

  test.each([
    ['2020-12 by default', { prefixItems: [{ type: 'string' }] }, [1], 'invalid'],
    [
      '2020-12 named',
      { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [false] },
      [1],
      'invalid',
    ],
    [
      '2019-09',
      { $schema: 'https://json-schema.org/draft/2019-09/schema', items: [{ type: 'string' }] },
      [1],
      'invalid',
    ],
    ['draft-07', { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] }, [1], 'invalid'],
    [
      'draft-07 ignores prefixItems',
      { $schema: 'http://json-schema.org/draft-07/schema', prefixItems: [false] },
      [1],
      'valid',
    ],
    ['formats', { type: 'string', format: 'email' }, 'nobody', 'invalid'],
    ['unknown formats and keywords pass', { format: 'colour', 'x-note': 1 }, 'red', 'valid'],
    ['patterns that only work without the u flag', { pattern: String.raw`^a\-b$` }, 'a-b', 'valid'],
    ['false', false, 1, 'invalid'],
    ['an asynchronous schema is checked at once', { $async: true, type: 'string' }, 1, 'invalid'],
    ['a reference inside', { $defs: { n: { type: 'number' } }, $ref: '#/$defs/n' }, 'x', 'invalid'],
    ['the same $id twice', { $id: 'urn:example:one', type: 'string' }, 'x', 'valid'],
    ['the same $id again', { $id: 'urn:example:one', type: 'number' }, 'x', 'invalid'],
  ])('%s', async (_name, schema, value, state) => {
    expect((await validator.validate(schema, value)).state).toBe(state);
  });

  test.each([
    [
      'a remote reference',
      { $ref: 'https://example.com/s.json' },
      /refers to "https:\/\/example\.com\/s\.json".*not inside/,
    ],
    ['a reference to nothing', { $ref: '#/$defs/none' }, /refers to "#\/\$defs\/none"/],
    ['a broken keyword', { type: 'strnig' }, /schema cannot be used: .*type/],
    ['a broken pattern', { pattern: '(?i)a' }, /schema cannot be used: Invalid regular expression/],
    ['another dialect', { $schema: 'http://json-schema.org/draft-03/schema#' }, /draft-03.*2020-12/],
    ['a $schema of another type', { $schema: 7 }, /written in 7/],
    ['no schema at all', 'string', /schema must be object or boolean/],
    ['null', null, /schema/],
    ['nothing', undefined, /schema is missing/],
    ['a deep schema', deep(), /schema is nested too deeply/],
    ['a huge schema', { description: 'x'.repeat(2 ** 21) }, /schema is larger than 1 MiB/],
  ])('%s is not checked, by the fault of the schema', async (_name, schema, reason) => {
    const outcome = await validator.validate(schema, {});
    expect(outcome).toEqual({ state: 'notChecked', reason: expect.stringMatching(reason), blame: 'rule' });
  });

  test('a recursive schema over a deep value is a limit of ours', async () => {
    const value = JSON.parse('['.repeat(3000) + ']'.repeat(3000)) as unknown;
    const outcome = await validator.validate({ items: { $ref: '#' } }, value);
    expect(['valid', 'notChecked']).toContain(outcome.state);
    const deeper = await validator.validate({ items: { $ref: '#' } }, deep());
    expect(deeper).toEqual({
      state: 'notChecked',
      reason: expect.stringContaining('nested too deeply'),
      blame: 'limit',
    });
  });

  test('any JSON as a schema and as a value comes to an outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), fc.jsonValue(), async (schema, value) => {
        const outcome = await validator.validate(schema, value);
        expect(['valid', 'invalid', 'notChecked']).toContain(outcome.state);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the deadline', () => {
  test('a pattern that backtracks ends in time, and the next validation works', async () => {
    const started = performance.now();
    const outcome = await validator.validate(slow, bait);
    expect(outcome).toEqual({
      state: 'notChecked',
      reason: 'the schema did not finish in 5 s and 64 MiB (a pattern that backtracks?)',
      blame: 'rule',
    });
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(await validator.validate({ type: 'string' }, 'x')).toEqual({ state: 'valid' });
  });

  test('a schema that is only large is not late', async () => {
    const each = {
      anyOf: [{ type: 'string', pattern: '^[a-z]+$', format: 'date-time' }, { items: { $ref: '#/$defs/x' } }],
    };
    const properties = Object.fromEntries(Array.from({ length: 800 }, (_, index) => [`p${index}`, each]));
    const large = { properties, required: ['sum'], $defs: { x: { oneOf: [{ const: 1 }, { enum: ['a', 'b'] }] } } };
    expect(await validator.validate(large, { sum: 1 })).toEqual({ state: 'valid' });
  });

  test('a slow schema takes no time from those that wait behind it', async () => {
    const shared = createSchemaValidator({ deadlineMs: 700 });
    const outcomes = await Promise.all([
      shared.validate(slow, bait),
      shared.validate({ type: 'string' }, 'x'),
      shared.validate(slow, bait),
      shared.validate({ type: 'number' }, 'x'),
    ]);
    await shared.close();
    expect(outcomes.map(({ state }) => state)).toEqual(['notChecked', 'valid', 'notChecked', 'invalid']);
    expect(outcomes[0]).toMatchObject({ reason: expect.stringContaining('did not finish in 700 ms') });
  });

  test('a path that eats memory ends the thread, not the process', async () => {
    const patient = createSchemaValidator({ deadlineMs: 50_000 });
    const greedy = `$${'[*,*]'.repeat(24)}`;
    const outcome = await patient.select(greedy, JSON.parse(`${'['.repeat(25)}1${']'.repeat(25)}`));
    expect(outcome).toEqual({
      state: 'notChecked',
      reason: 'the path did not finish in 50 s and 64 MiB',
      blame: 'rule',
    });
    expect((await patient.validate(true, 1)).state).toBe('valid');
    await patient.close();
  });

  test('a busy main thread does not make a finished validation late', async () => {
    const quick = createSchemaValidator({ deadlineMs: 800 });
    await quick.validate(true, 1);
    const pending = quick.validate(slow, takesAtLeast(60));
    // Long enough for the worker to have begun, too short for it to be done. After what is blocked in the phase of
    // the immediates, the event loop sees to its timers before it looks at any message.
    await new Promise((resolve) => setTimeout(setImmediate, 15, resolve));
    blockThisThread(1500);
    expect((await pending).state).toBe('invalid');
    await quick.close();
  });

  test('a validation that gets no processor is not late', async () => {
    const quick = createSchemaValidator({ deadlineMs: 3000 });
    await quick.validate(true, 1);
    const text = takesAtLeast(60);
    // Servers beside it can take all processors of the machine; a process that is stopped gets none for certain.
    const starve = `sleep 0.1; kill -STOP ${process.pid}; sleep 4; kill -CONT ${process.pid}`;
    const starved = new Promise((resolve) => spawn('sh', ['-c', starve], { stdio: 'ignore' }).on('exit', resolve));
    const outcome = await quick.validate(slow, text);
    await starved;
    await quick.close();
    expect(outcome.state).toBe('invalid');
  });

  test('where Node cannot tell what a thread has used, the clock decides', async () => {
    const older = createSchemaValidator({ deadlineMs: 500 });
    const spied = vi.spyOn(Worker.prototype, 'cpuUsage');
    spied.mockImplementation(() => {
      throw new TypeError('worker.cpuUsage is not a function');
    });
    expect(await older.validate(slow, bait)).toMatchObject({ reason: expect.stringContaining('500 ms') });
    expect(spied).toHaveBeenCalledOnce();
    spied.mockRestore();
    await older.close();
  });
});

describe('search and select', () => {
  test('search finds, does not find, and refuses a broken pattern', async () => {
    expect(await validator.search('b+', 'abbc')).toEqual({ state: 'found', at: 1, end: 3 });
    expect(await validator.search('^b', 'abc')).toEqual({ state: 'notFound' });
    expect(await validator.search('(', 'abc')).toMatchObject({
      state: 'notChecked',
      reason: expect.stringContaining('pattern cannot be used'),
    });
  });

  test('a catastrophic search ends', async () => {
    expect(await validator.search('^(a+)+$', bait)).toMatchObject({
      reason: 'the pattern did not finish in 5 s and 64 MiB (does it backtrack?)',
    });
  });

  test('select gives the values, none, or why not', async () => {
    const document = JSON.parse('{"a":[1,{"b":2}],"__proto__":3}') as unknown;
    expect(await validator.select('$.a[*]', document)).toEqual({ state: 'selected', values: [1, { b: 2 }] });
    expect(await validator.select('$.__proto__', document)).toEqual({ state: 'selected', values: [3] });
    expect(await validator.select('$.constructor', document)).toEqual({ state: 'selected', values: [] });
    expect(await validator.select('a.b', document)).toMatchObject({
      state: 'notChecked',
      reason: expect.stringContaining('path cannot be used'),
    });
    expect((await validator.select('$..x', deep())).state).toBe('notChecked');
  });
});

test('what is asked after close, or waits while it closes, is not checked', async () => {
  const closing = createSchemaValidator();
  const waiting = [closing.validate(slow, bait), closing.validate(true, 1)];
  await new Promise((resolve) => setTimeout(resolve, 50));
  await closing.close();
  await closing.close();
  for (const outcome of await Promise.all(waiting))
    expect(outcome).toMatchObject({ state: 'notChecked', blame: 'limit' });
  expect(await closing.validate(true, 1)).toMatchObject({ reason: 'the checker was closed' });
});

test('an idle validator does not hold the process, and a busy one is waited for', () => {
  const module = JSON.stringify(new URL('../../src/cases/schema-validator.ts', import.meta.url).href);
  const program = `import { createSchemaValidator } from ${module};
    console.log((await createSchemaValidator().validate({ type: 'string' }, 'x')).state);`;
  const options = { encoding: 'utf8', timeout: 30_000 } as const;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
  expect({ status: run.status, stdout: run.stdout }).toEqual({ status: 0, stdout: 'valid\n' });
});
