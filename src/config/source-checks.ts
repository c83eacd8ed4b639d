import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import type { SourceSpec } from './model.ts';
import { atKey, atValue } from './place.ts';
import { memberOf } from './raw.ts';

type Misfits = Readonly<Record<string, string>>;

const elsewhere = 'a remote server runs elsewhere, and nothing is installed or started for it; leave it out';
const ofRemote: Misfits = {
  ...Object.fromEntries(
    ['bin', 'command', 'args', 'services', 'image', 'build', 'installScripts', 'work', 'mounts', 'resources'].map(
      (key) => [key, elsewhere],
    ),
  ),
  env: 'a remote server runs elsewhere and gets no environment; what it needs goes into `headers` or `auth`',
  transport: 'a remote server is reached by Streamable HTTP at its `source`; leave it out',
  network: 'a remote server is reached by the network of this machine; leave it out',
};
const ofImage: Misfits = {
  bin: 'an image has no commands of a package to choose from; `command` replaces its own start',
  image: 'the source is the image in which the server runs; leave it out',
  installScripts: 'nothing is installed into an image; leave it out',
  build: 'the source is an image that is built already; leave it out',
};
const ofPackage: Misfits = {
  build: 'a package has no Dockerfile that could be built; write it for a repository or a folder, or leave it out',
};
const byKind: Readonly<Partial<Record<SourceSpec['kind'], Misfits>>> = {
  oci: ofImage,
  npm: ofPackage,
  pypi: ofPackage,
  mcpb: ofPackage,
  registry: ofPackage,
};
const ofOthers: Misfits = Object.fromEntries(
  ['auth', 'headers', 'health', 'allowInsecure'].map((key) => [
    key,
    'only for a remote server, whose `source` is its URL (`https://…`); leave it out',
  ]),
);

/** @returns settings of a server that mean nothing with its source, and a source that its settings do not allow */
export function sourceProblems(document: SourceDocument, server: unknown, base: ValuePath, source: SourceSpec) {
  const misfits = source.kind === 'remote' ? ofRemote : { ...ofOthers, ...byKind[source.kind] };
  const problems = Object.entries(misfits).flatMap(([key, sentence]) =>
    memberOf(server, key) === undefined ? [] : [atKey(document, [...base, key], sentence)],
  );
  return source.kind === 'remote' ? [...problems, ...encryptionProblems(document, server, base, source.url)] : problems;
}

function encryptionProblems(document: SourceDocument, server: unknown, base: ValuePath, url: string): Problem[] {
  const tokenUrl = memberOf(memberOf(memberOf(server, 'auth'), 'clientCredentials'), 'tokenUrl');
  const open = [
    { url, path: [...base, 'source'] },
    { url: tokenUrl, path: [...base, 'auth', 'clientCredentials', 'tokenUrl'] },
  ].filter((place) => typeof place.url === 'string' && /^http:/i.test(place.url));
  const allowed = memberOf(server, 'allowInsecure');
  if (allowed !== true) {
    const sentence =
      '`http:` is not encrypted; write `https:`, or add `allowInsecure: true` to this server if that is meant';
    return open.map(({ path }) => atValue(document, path, sentence));
  }
  if (open.length > 0) return [];
  return [
    atKey(
      document,
      [...base, 'allowInsecure'],
      'the server is reached by `https:`, which needs no leave; leave it out',
    ),
  ];
}
