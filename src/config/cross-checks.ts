import type { Problem } from '../result/model.ts';
import type { CaseEntry } from './case-files.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import { containerPathProblem, overlap } from './regions.ts';
import { pathText } from './translate.ts';
import { show, suggestion } from './words.ts';

// These look at values that were not checked yet, so that one run shows these mistakes beside all others.

/** @returns mistakes in how the parts of one server fit together */
export function serverProblems(document: SourceDocument, grantedNames: ReadonlyMap<string, string>): Problem[] {
  return Object.entries(recordOf(memberOf(document.value, 'servers'))).flatMap(([name, server]) => {
    const base = ['servers', name];
    return [
      ...overlapProblems(document, server, base),
      ...startProblems(document, server, base),
      ...['command', 'args'].flatMap((key) => secretProblems(document, server, [...base, key], grantedNames)),
    ];
  });
}

function overlapProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  const mounts = memberOf(server, 'mounts');
  const places = [
    { at: memberOf(memberOf(server, 'work'), 'at'), path: [...base, 'work', 'at'] },
    ...(Array.isArray(mounts) ? mounts : []).map((mount: unknown, index) => ({
      at: memberOf(mount, 'at'),
      path: [...base, 'mounts', index, 'at'],
    })),
  ].flatMap(({ at, path }) => (typeof at === 'string' && containerPathProblem(at) === null ? [{ at, path }] : []));
  return places.flatMap(({ at, path }, index) => {
    const other = places.slice(0, index).find((earlier) => overlap(earlier.at, at));
    if (other === undefined) return [];
    const message = `${pathText(path)}: ${show(at)} overlaps with ${show(other.at)} of ${pathText(other.path)}; choose separate folders`;
    return [{ message, location: document.locate(path) }];
  });
}

function startProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  if (memberOf(server, 'bin') === undefined || memberOf(server, 'command') === undefined) return [];
  const path = [...base, 'bin'];
  const message = `${pathText(path)}: \`command\` replaces the start altogether; leave \`bin\` or \`command\` out`;
  return [{ message, location: document.locateKey(path) }];
}

/** Nothing is expanded in arguments, so a variable there is a mistake; a value there would be a leak. */
function secretProblems(
  document: SourceDocument,
  server: unknown,
  path: ValuePath,
  granted: ReadonlyMap<string, string>,
): Problem[] {
  const list = memberOf(server, String(path.at(-1)));
  if (!Array.isArray(list)) return [];
  return list.flatMap((text: unknown, index) => {
    if (typeof text !== 'string') return [];
    const name = [...granted].find(([secret, value]) => mentions(text, secret, value))?.[0];
    if (name === undefined) return [];
    const here = [...path, index];
    const message = `${pathText(here)}: the secret ${name} cannot stand in an argument, where every process list shows it; pass it by \`env\``;
    return [{ message, location: document.locate(here) }];
  });
}

function mentions(text: string, name: string, value: string): boolean {
  return (
    text.includes(`\${${name}}`) ||
    text.split(/[^A-Za-z0-9_$]+/).includes(`$${name}`) ||
    (value.length >= 4 && text.includes(value))
  );
}

/** @returns cases without a server or of an unknown one, and ids that two cases of a server share */
export function caseProblems(entries: readonly CaseEntry[], servers: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return entries.flatMap((entry) => {
    const { document, path, raw } = entry;
    if (!isRecord(raw)) return [];
    const server = serverOf(entry);
    const id = memberOf(raw, 'id');
    const problems: Problem[] = [];
    const named = memberOf(raw, 'server') !== undefined;
    if (server === null && !named) {
      const message = `${pathText(path)}: the case names no server; add \`server: NAME\``;
      problems.push({ message, location: document.locate(path) });
    }
    if (server !== null && !servers.includes(server)) {
      const place = named ? [...path, 'server'] : ['server'];
      const message = `${pathText(place)}: there is no server ${show(server)}; ${suggestion(server, servers)}`;
      problems.push({ message, location: document.locate(place) });
    }
    if (server === null || typeof id !== 'string') return problems;
    const key = JSON.stringify([server, id]);
    const first = seen.get(key);
    const location = document.locate([...path, 'id']);
    if (first === undefined) seen.set(key, `${location.file}:${location.line}`);
    const twice = `${pathText([...path, 'id'])}: the server ${show(server)} already has a case ${show(id)} (${first}); choose another id`;
    return first === undefined ? problems : [...problems, { message: twice, location }];
  });
}

/** The server that a case belongs to; null where none is named. */
export function serverOf({ raw, fallbackServer }: CaseEntry): string | null {
  const server = memberOf(raw, 'server');
  if (server === undefined) return fallbackServer;
  return typeof server === 'string' ? server : null;
}
