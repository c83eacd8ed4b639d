import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { atKey, atValue, pathText } from './place.ts';
import { isRecord, memberOf, recordOf } from './raw.ts';
import { containerPathProblem, overlap } from './regions.ts';
import { remoteProblems } from './remote-checks.ts';
import type { SchemaContext } from './schema-context.ts';
import { serviceProblems } from './service-checks.ts';
import { sourceProblems } from './source-checks.ts';
import { show } from './words.ts';

type Granted = ReadonlyMap<string, string>;

const missingSource =
  '`source` is missing: a source such as `npm:NAME` or `.` (it may only be left out for a server that is found in one of the `repositories`)';

/**
 * Looks at values that were not checked yet, so that one run shows these mistakes beside all others.
 *
 * @param toBeFound a server without a source may be one that is found in the repositories
 * @returns mistakes in how the parts of one server fit together
 */
export function serverProblems(
  document: SourceDocument,
  granted: Granted,
  context: SchemaContext,
  toBeFound: boolean,
): Problem[] {
  return Object.entries(recordOf(memberOf(document.value, 'servers'))).flatMap(([name, server]) => {
    const base = ['servers', name];
    const given = memberOf(server, 'source');
    const source = typeof given === 'string' ? context.source(given) : null;
    const services = Object.keys(recordOf(memberOf(server, 'services')));
    const programs = [base, ...services.map((service) => [...base, 'services', service])];
    const sourceless = given === undefined && isRecord(server) && !toBeFound;
    return [
      ...(sourceless ? [atKey(document, base, missingSource)] : []),
      ...overlapProblems(document, server, base),
      ...startProblems(document, server, base),
      ...buildProblems(document, server, base),
      ...buildSecretProblems(document, server, base, granted),
      ...(source !== null && 'value' in source ? sourceProblems(document, server, base, source.value) : []),
      ...sourceSecretProblems(document, given, [...base, 'source'], granted),
      ...serviceProblems(document, server, base),
      ...remoteProblems(document, server, base, granted),
      ...programs.flatMap((path) =>
        ['command', 'args'].flatMap((key) => secretProblems(document, [...path, key], granted)),
      ),
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
    const sentence = `${show(at)} overlaps with ${show(other.at)} of ${pathText(other.path)}; choose separate folders`;
    return [atValue(document, path, sentence)];
  });
}

function startProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  if (memberOf(server, 'bin') === undefined || memberOf(server, 'command') === undefined) return [];
  return [atKey(document, [...base, 'bin'], '`command` replaces the start altogether; leave `bin` or `command` out')];
}

const besideBuild: Readonly<Record<string, string>> = {
  image: '`build` makes the image in which the server runs; leave `image` or `build` out',
  bin: 'an image has no commands of a package to choose from; `command` replaces its own start',
  installScripts: "a Dockerfile's commands are what `build` is for; leave `installScripts` out",
};

function buildProblems(document: SourceDocument, server: unknown, base: ValuePath): Problem[] {
  if (memberOf(server, 'build') === undefined) return [];
  return Object.entries(besideBuild).flatMap(([key, sentence]) =>
    memberOf(server, key) === undefined ? [] : [atKey(document, [...base, key], sentence)],
  );
}

/** Nothing is expanded in arguments, so a variable there is a mistake; a value there would be a leak. */
function secretProblems(document: SourceDocument, path: ValuePath, granted: Granted): Problem[] {
  const list = path.reduce<unknown>((value, step) => memberOf(value, String(step)), document.value);
  if (!Array.isArray(list)) return [];
  return list.flatMap((text: unknown, index) => {
    const name = typeof text === 'string' ? secretIn(text, granted) : undefined;
    if (name === undefined) return [];
    const sentence = `the secret ${name} cannot stand in an argument, where every process list shows it; pass it by \`env\``;
    return [atValue(document, [...path, index], sentence)];
  });
}

function buildSecretProblems(document: SourceDocument, server: unknown, base: ValuePath, granted: Granted): Problem[] {
  return Object.entries(recordOf(memberOf(memberOf(server, 'build'), 'args'))).flatMap(([key, value]) => {
    const name = typeof value === 'string' ? secretIn(value, granted) : undefined;
    if (name === undefined) return [];
    const sentence = `the secret ${name} cannot stand in \`build.args\`: whoever has the image, and every command of the build, can read it`;
    return [atValue(document, [...base, 'build', 'args', key], sentence)];
  });
}

function sourceSecretProblems(document: SourceDocument, source: unknown, path: ValuePath, granted: Granted): Problem[] {
  const name = typeof source === 'string' && /^https?:/i.test(source) ? secretIn(source, granted) : undefined;
  if (name === undefined) return [];
  const sentence = `the secret ${name} cannot stand in a URL, which every log shows; send it by \`auth\` or \`headers\``;
  return [atValue(document, path, sentence)];
}

function secretIn(text: string, granted: Granted): string | undefined {
  return [...granted].find(
    ([name, value]) =>
      text.includes(`\${${name}}`) ||
      text.split(/[^A-Za-z0-9_$]+/).includes(`$${name}`) ||
      (value.length >= 4 && text.includes(value)),
  )?.[0];
}
