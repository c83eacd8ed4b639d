import * as fc from 'fast-check';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import { readSnapshots, writeSnapshots } from '../../src/cases/snapshot-text.ts';
import type { CallOutcome } from '../../src/mcp/model.ts';
import { deep, refusal, resultOf, says, structured, text } from './fixtures.ts';
import { lineOf, nowhere } from './judging.ts';

const validator = createSchemaValidator();
const root = mkdtempSync(join(tmpdir(), 'snapshots-'));
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await validator.close();
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'cases-'));
  file = join(folder, '__snapshots__', 'cases.yml.snap.json');
});

const redact = (said: string) => said.replaceAll('hunter2', '***');
const store = (update: boolean) => SnapshotStore.open({ update, redact, workspace: folder });
const known = (...keys: string[]) => new Map([[file, keys]]);

/** Takes these as snapshots, as an update would. */
async function taken(values: Readonly<Record<string, unknown>>): Promise<void> {
  const update = store(true);
  for (const [key, value] of Object.entries(values)) await update.compare(file, key, value);
  await update.finish(known(...Object.keys(values)));
}

const plant = (content: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

describe('the store', () => {
  test('an update writes what a later run compares, in a form to read and review', async () => {
    const update = store(true);
    expect(await update.compare(file, 's > one', { b: 1, a: 'first\nsecond' })).toEqual({ state: 'added' });
    expect(existsSync(file)).toBe(false);
    expect(await update.finish(known('s > one'))).toEqual({ written: 1, removed: 0, stale: [] });
    expect(readFileSync(file, 'utf8')).toBe(`{
  "version": 1,
  "snapshots": {
    "s > one": {
      "a": {
        "$lines": [
          "first",
          "second"
        ]
      },
      "b": 1
    }
  }
}
`);
    expect(readdirSync(dirname(file))).toEqual(['cases.yml.snap.json']);
    const compare = store(false);
    expect(await compare.compare(file, 's > one', { a: 'first\nsecond', b: 1 })).toEqual({ state: 'same' });
    expect(await compare.compare(file, 's > two', 1)).toEqual({ state: 'missing' });
    const different = await compare.compare(file, 's > one', { a: 'first\nsecond', b: 2 });
    expect(different).toMatchObject({ state: 'different', difference: { path: '$.b', expected: 1, actual: 2 } });
    expect(compare.problems).toEqual([]);
  });

  test('an update keeps what did not run, replaces what changed and removes what no case asks for', async () => {
    await taken({ kept: 1, changed: 1, stale: 1, same: 1 });
    const update = store(true);
    expect(await update.compare(file, 'changed', 2)).toEqual({ state: 'changed' });
    expect(await update.compare(file, 'same', 1)).toEqual({ state: 'same' });
    const report = await update.finish(known('kept', 'changed', 'same', 'never ran'));
    expect(report).toEqual({ written: 1, removed: 1, stale: [] });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ snapshots: { changed: 2, kept: 1, same: 1 } });
    expect(readFileSync(file, 'utf8')).not.toContain('stale');
  });

  test('an update takes a key once, so that what changes from call to call is seen', async () => {
    const update = store(true);
    await update.compare(file, 'now', 1);
    expect(await update.compare(file, 'now', 2)).toMatchObject({ state: 'different' });
  });

  test('an update with nothing new writes nothing, and one with nothing left removes the file', async () => {
    await taken({ a: 1 });
    const before = readFileSync(file, 'utf8').replace('"a": 1', '"a":    1');
    writeFileSync(file, before);
    await taken({ a: 1 });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await store(true).finish(known())).toEqual({ written: 0, removed: 1, stale: [] });
    expect(existsSync(file)).toBe(false);
  });

  test('a comparison writes nothing and says what is stale', async () => {
    await taken({ used: 1, old: 1, older: 1 });
    const before = readFileSync(file, 'utf8');
    const compare = store(false);
    await compare.compare(file, 'used', 2);
    const name = '__snapshots__/cases.yml.snap.json';
    expect(await compare.finish(known('used'))).toEqual({
      written: 0,
      removed: 0,
      stale: [
        { file: name, key: 'old' },
        { file: name, key: 'older' },
      ],
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('no secret gets into a file, as a value or as a key', async () => {
    await taken({ s: { hunter2: ['x hunter2 y'] } });
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(await store(false).compare(file, 's', { hunter2: ['x hunter2 y'] })).toEqual({ state: 'same' });
  });

  test.each([
    ['more than 1 MiB', 'x'.repeat(2 ** 20), 'larger than 1 MiB'],
    ['a very deep one', deep(), 'nested too deeply'],
  ])('an answer of %s is not looked at', async (_name, value, reason) => {
    for (const update of [true, false]) {
      const outcome = await store(update).compare(file, 'k', value);
      expect(outcome).toEqual({ state: 'unusable', reason: expect.stringContaining(reason) });
    }
  });

  test.each([
    ['{', 'it is not JSON'],
    ['<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n', 'it has merge conflict markers'],
    ['[]', 'it has no `snapshots`'],
    ['{"version":2,"snapshots":{}}', 'its `version` is not 1'],
    [`{"version":1,"snapshots":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`, 'it is nested too deeply'],
  ])('a broken file is refused and left as it is: %.20s', async (content, reason) => {
    plant(content);
    for (const update of [false, true]) {
      const broken = store(update);
      const outcome = await broken.compare(file, 'k', 1);
      expect(outcome).toEqual({ state: 'unusable', reason: expect.stringContaining(reason) });
      await broken.finish(known('k'));
      expect(broken.problems).toEqual([{ message: expect.stringContaining(reason), location: null }]);
    }
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('links and other things are neither read nor written through', async () => {
    const outside = join(root, 'outside.json');
    const untouched = '{"version":1,"snapshots":{"k":1}}';
    writeFileSync(outside, untouched);
    mkdirSync(dirname(file));
    symlinkSync(outside, file);
    for (const update of [false, true]) {
      const linked = store(update);
      expect(await linked.compare(file, 'k', 1)).toEqual({
        state: 'unusable',
        reason: expect.stringContaining('it is a link'),
      });
      await linked.finish(known('k'));
    }
    rmSync(dirname(file), { recursive: true });
    symlinkSync(root, dirname(file));
    expect(await store(true).compare(file, 'k', 1)).toMatchObject({
      reason: expect.stringContaining('its folder is a link'),
    });
    rmSync(dirname(file));
    mkdirSync(file, { recursive: true });
    expect(await store(false).compare(file, 'k', 1)).toMatchObject({
      reason: expect.stringContaining('no plain file'),
    });
    expect(readFileSync(outside, 'utf8')).toBe(untouched);
    expect(readdirSync(root).filter((name) => name.endsWith('.json'))).toEqual(['outside.json']);
  });

  test('a link that appears between reading and writing is not followed', async () => {
    const outside = join(root, 'later.json');
    writeFileSync(outside, 'untouched');
    const update = store(true);
    await update.compare(file, 'k', 1);
    mkdirSync(dirname(file));
    symlinkSync(outside, file);
    expect(await update.finish(known('k'))).toEqual({ written: 0, removed: 0, stale: [] });
    expect(update.problems[0]?.message).toContain('could not be kept');
    expect(readFileSync(outside, 'utf8')).toBe('untouched');
  });

  test('a folder that is not there is a problem, not a crash', async () => {
    const update = store(true);
    const nowhereFile = join(folder, 'none', '__snapshots__', 'a.snap.json');
    await update.compare(nowhereFile, 'k', 1);
    await update.finish(new Map());
    expect(update.problems[0]?.message).toMatch(/could not be kept .*ENOENT/u);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('whatever is written is read as it was', () => {
    const lines = fc.constantFrom('$lines', '$$lines', 'lines', '$', '__proto__', 'a\nb');
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.constantFrom('a\nb', '\n'), tie('list'), tie('object')),
      list: fc.array(tie('any'), { maxLength: 3 }),
      object: fc.dictionary(lines, tie('any'), { maxKeys: 3 }),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (entries) => {
        const map = new Map(Object.entries(JSON.parse(JSON.stringify(entries)) as Record<string, unknown>));
        const again = readSnapshots(writeSnapshots(map));
        expect(again).toEqual(map);
      }),
    );
  });
});

describe('the assertion', () => {
  const key = 's > c > steps[0]';
  const look = (outcome: CallOutcome, updating: boolean, ignore: string[] = [], more = {}) => {
    const context = { ...nowhere(validator), snapshots: { store: current ?? store(updating), file } };
    return lineOf('snapshot', { snapshot: { key, ignore }, ...more }, outcome, context);
  };
  let current: SnapshotStore | null = null;
  beforeEach(() => {
    current = null;
  });

  async function update(outcome: CallOutcome, ignore: string[] = [], more = {}) {
    current = store(true);
    const line = await look(outcome, true, ignore, more);
    await current.finish(known(key));
    current = null;
    return line;
  }

  test('is taken, compared, and differs in one place', async () => {
    expect(await look(structured({ n: 1 }), false)).toMatchObject({
      state: 'failed',
      message: `there is no snapshot "${key}" yet; run with --update-snapshots to take it`,
    });
    expect((await update(structured({ n: 1, list: [1, 2] }))).state).toBe('passed');
    expect((await look(structured({ list: [1, 2], n: 1 }), false)).state).toBe('passed');
    expect(await look(structured({ n: 1, list: [1, 3] }), false)).toMatchObject({
      state: 'failed',
      expected: { list: [1, 2], n: 1 },
      actual: { list: [1, 3], n: 1 },
      message:
        'the answer differs from the snapshot at $.list[1]: expected 2, got 3; if that is right, run with --update-snapshots',
    });
  });

  test('what is ignored has to be there, and that is all', async () => {
    const ignore = ['$.at', '$.items[*].id', "$['it\\'s \"\\\\']"];
    const answer = (at: number) => structured({ at, items: [{ id: at, n: 1 }], 'it\'s "\\': at });
    await update(answer(1), ignore);
    expect(readFileSync(file, 'utf8').match(/\(ignored\)/gu)).toHaveLength(3);
    expect((await look(answer(2), false, ignore)).state).toBe('passed');
    expect((await look(answer(2), false)).state).toBe('failed');
    const lacking = await look(structured({ items: [{ id: 1, n: 1 }], 'it\'s "\\': 1 }), false, ignore);
    expect(lacking.message).toContain('at $.at: expected "(ignored)", but there is nothing');
  });

  test('what is ignored only now may stand in the snapshot as it was', async () => {
    await update(structured({ at: 1 }));
    expect((await look(structured({ at: 2 }), false, ['$.at'])).state).toBe('passed');
  });

  test('a text is kept with the result around it, without what the server says of itself', async () => {
    await update(resultOf({ content: [text('a\nb')], _meta: { serverInfo: 1 } }));
    expect(readFileSync(file, 'utf8')).not.toContain('_meta');
    expect((await look(says('a\nb', { _meta: { serverInfo: 2 } }), false)).state).toBe('passed');
    expect((await look(says('a\nc'), false)).message).toContain('at $.content[0].text: expected "a\\nb", got "a\\nc"');
  });

  test('an answer that is wrong otherwise is not taken', async () => {
    const line = await update(says('oops', { isError: true }));
    expect(line).toMatchObject({ state: 'notChecked', message: expect.stringContaining('was not taken') });
    expect(existsSync(file)).toBe(false);
    expect((await update(refusal, [], { protocolError: {} })).state).toBe('failed');
  });

  test('a path that takes too long is not looked at', async () => {
    const slow = structured({ items: [{ name: `${'a'.repeat(50)}!` }] });
    const line = await look(slow, false, ["$.items[?search(@.name, '^(a+)+$')]"]);
    expect(line).toMatchObject({ state: 'notChecked', message: expect.stringContaining('did not finish') });
  });
});
