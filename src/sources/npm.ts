import semver from 'semver';
import type { ParsedSource } from './parse.ts';
import { forms, show } from './text.ts';

/** The registry's grammar for names, old ones with capital letters included. */
const packageName = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/i;
const distributionTag = /^[a-z][a-z0-9._-]*$/i;

/** Reads `npm:NAME[@VERSION]`. */
export function parsePackage(given: string): ParsedSource {
  const text = given.slice('npm:'.length);
  // The first character may be the `@` of a scope.
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  const range = at === -1 ? 'latest' : text.slice(at + 1);
  const reserved = ['node_modules', 'favicon.ico'].includes(name.toLowerCase());
  if (name.length > 214 || reserved || !packageName.test(name)) {
    return { invalid: `${show(name)} is not the name of an npm package; ${forms}` };
  }
  const tagged = distributionTag.test(range) && range.length <= 128;
  const ranged = /^[\w.+<>=~^|* -]+$/.test(range) && !range.startsWith('-') && semver.validRange(range) !== null;
  if (!tagged && !ranged) {
    const wanted = 'a version, a range such as `^1.2.0`, or a tag such as `latest`';
    return { invalid: `${show(range)} after \`npm:${name}@\` is not ${wanted}` };
  }
  return { kind: 'npm', given, name, range };
}
