import type { ParsedSource } from './parse.ts';
import { show } from './text.ts';

/** The names of Python packages (core metadata specification, "Name"). */
const packageName = /^[A-Z0-9](?:[A-Z0-9._-]{0,198}[A-Z0-9])?$/i;
/** A superset of what versions may be (version specifiers specification): the index decides. */
const exactVersion = /^[A-Z0-9][A-Z0-9.!+_-]{0,99}$/i;

/** Reads `pypi:NAME[==VERSION]`. */
export function parsePypi(given: string): ParsedSource {
  const text = given.slice('pypi:'.length);
  const [name = '', ...rest] = text.split('==');
  const version = rest.length === 0 ? null : rest.join('==');
  const form = 'write `pypi:NAME` or `pypi:NAME==VERSION`';
  if (!packageName.test(name)) return { invalid: `${show(name)} is not the name of a Python package; ${form}` };
  if (version !== null && !exactVersion.test(version)) {
    return { invalid: `${show(version)} after \`pypi:${name}==\` is not a version; ${form}` };
  }
  return { kind: 'pypi', given, name, version };
}
