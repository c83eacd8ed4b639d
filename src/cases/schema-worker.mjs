import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { exec, query } from 'jsonpath-rfc9535';
import { parentPort } from 'node:worker_threads';

/**
 * What runs on hostile schemas, patterns and values, in a thread that can be ended: one task at a time, each answered
 * with `began` and then with a reply. Values travel as JSON text, which survives any depth of nesting.
 *
 * @typedef {{ kind: 'validate', schema: string, value: string }
 *   | { kind: 'search', pattern: string, text: string }
 *   | { kind: 'select', path: string, value: string }
 *   | { kind: 'mask', paths: readonly string[], value: string, marker: string }} Task
 *
 * `blame` says whose fault it is that nothing was checked: the rule (schema, pattern, path), or a limit of ours.
 * @typedef {{ state: 'notChecked', reason: string, blame: 'rule' | 'limit' }} NotChecked
 * @typedef {{ state: 'valid' } | { state: 'invalid', errors: string[] } | { state: 'found', at: number, end: number }
 *   | { state: 'notFound' } | { state: 'selected', values: string } | { state: 'masked', value: string }
 *   | NotChecked} Reply
 * `began`: the processor time that the thread had used before, in milliseconds.
 * @typedef {{ began: number } | { reply: Reply }} WorkerMessage
 */

const cachedSchemas = 32;
const errorsShown = 10;
const errorLength = 200;
const reasonLength = 300;
/** Collecting every error of a larger value could cost more than the check itself. */
const allErrorsBelow = 256 * 1024;
const selectedLimit = 4 * 1024 * 1024;

const dialects = new Map([
  ['json-schema.org/draft/2020-12/schema', Ajv2020],
  ['json-schema.org/draft/2019-09/schema', Ajv2019],
  ['json-schema.org/draft-07/schema', Ajv],
]);

/** @type {Map<string, import('ajv').ValidateFunction | NotChecked>} */
const compiled = new Map();

/** @type {(text: string, length: number) => string} */
const cut = (text, length) => (text.length <= length ? text : `${text.slice(0, length)}…`);

/** @type {(reason: string, blame: 'rule' | 'limit') => NotChecked} */
const notChecked = (reason, blame) => ({ state: 'notChecked', reason: cut(reason, reasonLength), blame });

/** @type {(error: unknown) => string} */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * ECMAScript with the `u` flag is what the specification recommends; many live schemas are valid only without it.
 * @param {string} pattern
 * @param {string} flags
 */
function lenientRegExp(pattern, flags) {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return new RegExp(pattern);
  }
}
lenientRegExp.code = 'lenientRegExp';

/**
 * @param {string} text
 * @param {boolean} allErrors
 * @returns {import('ajv').ValidateFunction | NotChecked}
 */
function compile(text, allErrors) {
  const schema = JSON.parse(text);
  const own = typeof schema === 'object' && schema !== null;
  const declared = own ? schema.$schema : undefined;
  const name = typeof declared === 'string' ? declared.replace(/^https?:\/\//u, '').replace(/#$/u, '') : undefined;
  const Dialect = declared === undefined ? Ajv2020 : dialects.get(name ?? '');
  if (Dialect === undefined) {
    const shown = cut(JSON.stringify(declared), 100);
    return notChecked(`the schema is written in ${shown}; 2020-12, 2019-09 and draft-07 are understood`, 'rule');
  }
  if (own) {
    delete schema.$schema;
    // An asynchronous validator would answer with a promise that nobody looks at.
    delete schema.$async;
  }
  const options = { strict: false, allErrors, code: { regExp: lenientRegExp } };
  const ajv = new Dialect({ ...options, logger: /** @type {const} */ (false) });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/**
 * @param {unknown} error
 * @returns {NotChecked}
 */
function whyNotCompiled(error) {
  if (error instanceof RangeError) return notChecked('the schema is nested too deeply to be used', 'rule');
  if (error instanceof Ajv.MissingRefError) {
    const target = cut(JSON.stringify(error.missingRef), 150);
    return notChecked(`the schema refers to ${target}, which is not inside it (nothing is fetched)`, 'rule');
  }
  return notChecked(`the schema cannot be used: ${messageOf(error)}`, 'rule');
}

/**
 * @param {string} text
 * @param {boolean} allErrors
 */
function compileOnce(text, allErrors) {
  const key = `${allErrors} ${text}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  let result;
  try {
    result = compile(text, allErrors);
  } catch (error) {
    result = whyNotCompiled(error);
  }
  const oldest = compiled.keys().next();
  if (compiled.size >= cachedSchemas && oldest.done !== true) compiled.delete(oldest.value);
  compiled.set(key, result);
  return result;
}

/**
 * @param {import('ajv').ErrorObject} error
 * @returns {string} For example "/items/0 must be integer".
 */
function describe(error) {
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = error.params;
  const detail = additionalProperty ?? unevaluatedProperty ?? allowedValues ?? allowedValue;
  const shown = detail === undefined ? '' : ` (${cut(JSON.stringify(detail), 80)})`;
  const where = error.instancePath === '' ? 'the value' : cut(error.instancePath, 80);
  return cut(`${where} ${error.message ?? 'does not fit'}${shown}`, errorLength);
}

/**
 * @param {string} schema
 * @param {string} value
 * @returns {Reply}
 */
function validate(schema, value) {
  const check = compileOnce(schema, value.length <= allErrorsBelow);
  if (typeof check !== 'function') return check;
  if (check(JSON.parse(value))) return { state: 'valid' };
  const errors = check.errors ?? [];
  check.errors = null;
  const shown = errors.slice(0, errorsShown).map(describe);
  if (errors.length > errorsShown) shown.push(`and ${errors.length - errorsShown} more`);
  return { state: 'invalid', errors: shown };
}

/**
 * @param {string} pattern
 * @param {string} text
 * @returns {Reply}
 */
function search(pattern, text) {
  let expression;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    return notChecked(`the pattern cannot be used: ${messageOf(error)}`, 'rule');
  }
  const match = expression.exec(text);
  return match === null
    ? { state: 'notFound' }
    : { state: 'found', at: match.index, end: match.index + match[0].length };
}

/**
 * @param {string} path
 * @returns {NotChecked | null}
 */
function whyUnusable(path) {
  try {
    query(null, path);
    return null;
  } catch (error) {
    return notChecked(`the path cannot be used: ${messageOf(error)}`, 'rule');
  }
}

/**
 * @param {string} path
 * @param {string} value
 * @returns {Reply}
 */
function select(path, value) {
  const document = JSON.parse(value);
  const unusable = whyUnusable(path);
  if (unusable !== null) return unusable;
  const values = JSON.stringify(query(document, path));
  if (values.length > selectedLimit) return notChecked('the path selects more than 4 MiB', 'limit');
  return { state: 'selected', values };
}

/**
 * Puts the marker in the place of whatever the paths select.
 *
 * @param {readonly string[]} paths
 * @param {string} value
 * @param {string} marker
 * @returns {Reply}
 */
function mask(paths, value, marker) {
  const root = { document: JSON.parse(value) };
  for (const path of paths) {
    const unusable = whyUnusable(path);
    if (unusable !== null) return unusable;
    /** @type {(string | number)[][]} */
    const places = [];
    exec(root.document, path, (_, place) => void places.push(['document', ...place.map(plainKey)]));
    // The deepest first: what lies in something that is replaced itself is gone by then.
    for (const place of places.sort((left, right) => right.length - left.length)) replace(root, place, marker);
  }
  return { state: 'masked', value: JSON.stringify(root.document) };
}

/** @type {(key: string | number) => string | number} The library gives names as in a normalized path, escaped (RFC 9535, 2.7). */
const plainKey = (key) =>
  typeof key === 'number' ? key : JSON.parse(`"${key.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`);

/**
 * @param {object} root
 * @param {(string | number)[]} place
 * @param {string} marker
 */
function replace(root, place, marker) {
  /** @type {unknown} */
  let parent = root;
  for (const key of place.slice(0, -1)) {
    parent = typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined;
  }
  const last = place.at(-1);
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  // An assignment to `__proto__` would set the prototype.
  Object.defineProperty(parent, last, { value: marker, writable: true, enumerable: true, configurable: true });
}

/**
 * @param {Task} task
 * @returns {Reply}
 */
function perform(task) {
  try {
    if (task.kind === 'validate') return validate(task.schema, task.value);
    if (task.kind === 'search') return search(task.pattern, task.text);
    if (task.kind === 'mask') return mask(task.paths, task.value, task.marker);
    return select(task.path, task.value);
  } catch (error) {
    if (error instanceof RangeError) return notChecked('the value is nested too deeply to be checked', 'limit');
    return notChecked(`the check broke off: ${messageOf(error)}`, 'limit');
  }
}

/** @type {(message: WorkerMessage) => void} */
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const send = (message) => parentPort?.postMessage(message);

// The first compilation takes long on a slow machine, and is on nobody's time.
perform({ kind: 'validate', schema: '{"type":"object"}', value: '{}' });
perform({ kind: 'validate', schema: '{"$schema":"http://json-schema.org/draft-07/schema#"}', value: '{}' });

parentPort?.on('message', (/** @type {Task} */ task) => {
  const used = process.threadCpuUsage();
  send({ began: (used.user + used.system) / 1000 });
  send({ reply: perform(task) });
});
