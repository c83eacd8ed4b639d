import { afterAll, expect, test } from 'vitest';
import type { FileState, FileStates } from '../../src/cases/environment.ts';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import type { FileExpectation } from '../../src/config/model.ts';
import { refusal, says } from './fixtures.ts';
import { lineOf, nowhere } from './judging.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());

const file = (text: string | null, sha256 = `sha of ${text}`): FileState => ({
  kind: 'file',
  size: text?.length ?? 9_000_000,
  sha256,
  text,
});
const other = (kind: 'folder' | 'link' | 'other'): FileState => ({ kind, size: 0, sha256: null, text: null });

const before: FileStates = new Map([
  ['a.txt', file('alpha')],
  ['gone.txt', file('was here')],
  ['same.bin', file(null, 'sum')],
]);
const now: FileStates = new Map([
  ['a.txt', file('alpha and omega')],
  ['same.bin', file(null, 'sum')],
  ['dir', other('folder')],
  ['link', other('link')],
]);

const look = (path: string, wish: FileExpectation, outcome = says('ok')) =>
  lineOf('files', { files: { [path]: wish } }, outcome, {
    ...nowhere(validator),
    filesBefore: before,
    filesNow: async () => now,
  });

test.each<readonly [path: string, wish: FileExpectation, state: string, message: string]>([
  ['a.txt', { exists: true }, 'passed', '"a.txt" is as expected'],
  ['none', { exists: true }, 'failed', '"none" is not there'],
  ['none', { exists: false }, 'passed', '"none" is not there'],
  ['a.txt', { exists: false }, 'failed', 'should not be there, it is a file of 15 bytes'],
  ['dir', { exists: true }, 'passed', ''],
  ['link', { exists: false }, 'failed', 'should not be there, it is a link'],
  ['a.txt', { contains: ['alpha', 'omega'], notContains: ['beta'] }, 'passed', ''],
  ['a.txt', { contains: ['beta'] }, 'failed', 'does not contain "beta"; it is "alpha and omega"'],
  ['a.txt', { notContains: ['and'] }, 'failed', 'contains "and", which it should not'],
  ['a.txt', { matches: ['^alpha.*omega$'] }, 'passed', ''],
  ['a.txt', { matches: ['^omega'] }, 'failed', 'does not match "^omega"'],
  ['a.txt', { matches: ['^(a|al|alp)+$|('] }, 'notChecked', 'the pattern cannot be used'],
  ['a.txt', { equals: 'alpha and omega' }, 'passed', ''],
  ['a.txt', { equals: 'alpha' }, 'failed', 'differs: expected "alpha", got "alpha and omega"'],
  ['none', { contains: ['a'] }, 'failed', '"none" is not there'],
  ['dir', { contains: ['a'] }, 'failed', 'should be a file, it is a folder'],
  ['same.bin', { contains: ['a'] }, 'notChecked', 'it is no text in UTF-8, or larger than 8 MiB'],
  ['same.bin', { unchanged: true }, 'passed', ''],
  ['a.txt', { unchanged: true }, 'failed', 'should be unchanged: it was a file of 5 bytes'],
  ['a.txt', { unchanged: false }, 'passed', ''],
  ['same.bin', { unchanged: false }, 'failed', 'should have changed: it is a file of 9000000 bytes'],
  ['gone.txt', { unchanged: true }, 'failed', 'now it is not there'],
  ['gone.txt', { unchanged: false, exists: false }, 'passed', ''],
  ['none', { unchanged: true }, 'passed', ''],
])('%s %j', async (path, wish, state, message) => {
  const found = await look(path, wish);
  expect(found.message).toContain(message);
  expect(found.state).toBe(state);
});

test('the folder is looked at also where the answer is an error', async () => {
  expect((await look('a.txt', { exists: true }, refusal)).state).toBe('passed');
});

test('what could not be read is not checked', async () => {
  const context = { ...nowhere(validator), filesNow: async () => ({ failed: 'the work folder is gone' }) };
  const found = await lineOf('files', { files: { a: { exists: false } } }, says('ok'), context);
  expect(found).toMatchObject({ state: 'notChecked', message: '"a" was not checked: the work folder is gone' });
});

test('all paths are read at once', async () => {
  const asked: (readonly string[])[] = [];
  const context = {
    ...nowhere(validator),
    filesNow: async (paths: readonly string[]) => {
      asked.push(paths);
      return now;
    },
  };
  const lines = lineOf('files', { files: { a: {}, b: {} } }, says('ok'), context);
  await expect(lines).rejects.toThrow('not one line');
  expect(asked).toEqual([['a', 'b']]);
});
