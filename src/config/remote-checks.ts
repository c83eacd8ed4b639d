import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { carriesSecret, headerValueProblem } from './header-rules.ts';
import { atKey, atValue } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import { parseDuration } from './units.ts';
import { show } from './words.ts';

type Granted = ReadonlyMap<string, string>;

/** @returns mistakes in how a run reaches a remote server, beyond the form of each value */
export function remoteProblems(
  document: SourceDocument,
  server: unknown,
  base: ValuePath,
  granted: Granted,
): Problem[] {
  return [
    ...authProblems(document, memberOf(server, 'auth'), [...base, 'auth'], granted),
    ...headerProblems(document, server, [...base, 'headers'], granted),
    ...healthProblems(document, memberOf(server, 'health'), [...base, 'health']),
  ];
}

function authProblems(document: SourceDocument, auth: unknown, path: ValuePath, granted: Granted): Problem[] {
  if (!isRecord(auth)) return [];
  const known = ['bearer', 'clientCredentials'];
  const given = known.filter((key) => memberOf(auth, key) !== undefined);
  const places: [unknown, ValuePath][] = [
    [memberOf(auth, 'bearer'), [...path, 'bearer']],
    [memberOf(memberOf(auth, 'clientCredentials'), 'clientSecret'), [...path, 'clientCredentials', 'clientSecret']],
  ];
  const problems = places.flatMap(([reference, place]) => {
    const sentence = secretProblem(reference, granted);
    return sentence === null ? [] : [atValue(document, place, sentence)];
  });
  // An unknown key is a mistake of its own, most likely the one that is missing here.
  if (given.length === 1 || Object.keys(auth).some((key) => !known.includes(key))) return problems;
  return [...problems, atKey(document, path, 'expected one of `bearer` and `clientCredentials`')];
}

function headerProblems(document: SourceDocument, server: unknown, path: ValuePath, granted: Granted): Problem[] {
  const seen = new Set<string>();
  return Object.entries(recordOf(memberOf(server, 'headers'))).flatMap(([name, value]) => {
    const here = [...path, name];
    const lower = name.toLowerCase();
    const problems: Problem[] = [];
    if (seen.has(lower))
      problems.push(atKey(document, here, 'headers are the same whatever their capitals; keep one of them'));
    seen.add(lower);
    if (lower === 'authorization' && memberOf(server, 'auth') !== undefined) {
      problems.push(atKey(document, here, '`auth` makes this header; leave one of them out'));
    }
    const sentence = typeof value === 'string' ? plainProblem(name, value, granted) : secretProblem(value, granted);
    return sentence === null ? problems : [...problems, atValue(document, here, sentence)];
  });
}

function plainProblem(name: string, value: string, granted: Granted): string | null {
  if (value.includes('${{')) return null;
  const secret = [...granted].find(([, text]) => text.length >= 4 && value.includes(text))?.[0];
  if (secret !== undefined) return `it holds the value of the secret ${secret}; write \`{ secret: ${secret} }\``;
  if (!carriesSecret(name)) return null;
  const better = /^authorization$/i.test(name) ? '`auth: { bearer: { secret: NAME } }`' : '`{ secret: NAME }`';
  return `a header of this name carries a secret, which never stands in a file; grant it and write ${better}`;
}

/** Secrets often end in a line break when they were set from a file. */
function secretProblem(reference: unknown, granted: Granted): string | null {
  const name = memberOf(reference, 'secret');
  const value = typeof name === 'string' ? granted.get(name) : undefined;
  const message = value === undefined ? null : headerValueProblem(value);
  return message === null
    ? null
    : `the value of the secret ${show(String(name))} ${message}; set the secret anew without it`;
}

function healthProblems(document: SourceDocument, health: unknown, path: ValuePath): Problem[] {
  const interval = milliseconds(memberOf(health, 'interval')) ?? 30_000;
  const timeout = milliseconds(memberOf(health, 'timeout'));
  if (timeout === null || timeout <= interval) return [];
  return [
    atValue(
      document,
      [...path, 'timeout'],
      'longer than `interval` (`30s` where not given); the next would be asked meanwhile',
    ),
  ];
}

function milliseconds(given: unknown): number | null {
  const parsed = typeof given === 'string' ? parseDuration(given) : null;
  return parsed !== null && 'value' in parsed ? parsed.value : null;
}
