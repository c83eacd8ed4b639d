import semver from 'semver';
import type { Declaration } from './declaration.ts';
import { finding } from './declaration.ts';
import type { Draft } from './draft.ts';
import type { DiscoveryFinding } from './model.ts';
import { isMovingVersion, isVersionPlaceholder, packageKey } from './packages.ts';
import { startedByReference } from './references.ts';
import { trustedFirst } from './trust.ts';
import { show } from './words.ts';

/** @returns what the declarations of one server say against each other; the server stays a server */
export function contradictionsOf(draft: Draft, server: string): readonly DiscoveryFinding[] {
  const said = trustedFirst(draft.said);
  return [
    ...said.flatMap((one) => versionDiffers(one, draft, server)),
    ...said.flatMap((one) => packageDiffers(one, draft, server)),
    ...nameDiffers(said, draft, server),
    ...said.flatMap((one) => versionMoves(one, server)),
  ];
}

/** Released by a job that rewrites them, such versions say nothing. */
const neverReal = /^0\.0\.0(?:$|-)|development|placeholder/;

function versionDiffers(said: Declaration, { project }: Draft, server: string): readonly DiscoveryFinding[] {
  const own = project?.version ?? null;
  if (project === null || own === null || neverReal.test(own)) return [];
  const keys = new Set(project.published.map((one) => packageKey(one.registry, one.name)));
  const same = said.packages.find((one) => keys.has(packageKey(one.registry, one.name)));
  const other = said.kind === 'registered' ? (same?.version ?? null) : said.kind === 'bundled' ? said.version : null;
  if (other === null || other === own || isMovingVersion(other) || isVersionPlaceholder(other) || neverReal.test(other))
    return [];
  const severity =
    semver.valid(own) !== null && semver.valid(other) !== null && semver.major(own) !== semver.major(other)
      ? 'medium'
      : 'low';
  const what = said.kind === 'registered' ? 'declares the package in version' : 'is of version';
  return [
    finding(
      'manifest-version-differs',
      severity,
      said.by,
      `It ${what} ${show(other)}, and ${show(project.by.file)} is at ${show(own)}.`,
      server,
    ),
  ];
}

function packageDiffers(said: Declaration, { project }: Draft, server: string): readonly DiscoveryFinding[] {
  if (said.kind !== 'registered' || project === null) return [];
  return project.published.flatMap((own) => {
    const others = said.packages.filter(({ registry }) => registry === own.registry);
    const differs =
      others.length > 0 &&
      others.every((one) => packageKey(one.registry, one.name) !== packageKey(own.registry, own.name));
    const [other] = others;
    if (!differs || other === undefined) return [];
    return [
      finding(
        'manifest-package-differs',
        'medium',
        said.by,
        `It declares the ${own.registry} package ${show(other.name)}, and the project beside it is ${show(own.name)}: whoever installs it gets another program.`,
        server,
      ),
    ];
  });
}

function nameDiffers(said: readonly Declaration[], { project }: Draft, server: string): readonly DiscoveryFinding[] {
  const named = [
    ...said
      .filter(({ kind }) => kind === 'registered' || kind === 'hint')
      .map(({ registryName, by }) => ({ name: registryName, by })),
    ...(project === null ? [] : [{ name: project.registryName, by: project.by }]),
  ].filter(({ name }) => name !== null);
  const [first, ...rest] = named;
  if (first === undefined) return [];
  return rest
    .filter(({ name }) => name !== first.name)
    .map(({ name, by }) =>
      finding(
        'manifest-name-differs',
        'medium',
        by,
        `It calls the server ${show(name ?? '')}, and ${show(first.by.file)} calls it ${show(first.name ?? '')}: the registry refuses that.`,
        server,
      ),
    );
}

function versionMoves(said: Declaration, server: string): readonly DiscoveryFinding[] {
  const started = said.kind === 'reference' ? startedByReference(said) : null;
  const version = started !== null && 'version' in started ? started.version : null;
  if (version === null || !isMovingVersion(version)) return [];
  return [
    finding(
      'manifest-version-moves',
      'info',
      said.by,
      `It starts ${show(version)}, which means another version tomorrow.`,
      server,
    ),
  ];
}
