import { publishedBy } from './attach.ts';
import type { Transport } from './declaration.ts';
import type { Draft } from './draft.ts';
import type { DeclaredIn, FoundServer, PublishedAs, Start, WantedArgument, WantedVariable } from './model.ts';
import { packageKey } from './packages.ts';
import { startArguments } from './start-arguments.ts';
import { byTrust, trustedFirst } from './trust.ts';

/** Folds all that is said of a server into one, by {@link orderOfTrust}. */
export function finish(draft: Draft, name: string): FoundServer {
  const said = trustedFirst(draft.said);
  const made = draft.project === null ? [] : startArguments(draft);
  const { start, command } = withArguments(draft, made);
  const by = [...said.map((one) => one.by), ...(draft.program === null ? [] : [draft.program.by])];
  const first = said.map((one) => one.registryName).find((one) => one !== null);
  return {
    name,
    folder: draft.folder,
    language: draft.language,
    start,
    command,
    registryName: first ?? draft.project?.registryName ?? null,
    publishedAs: packagesOf(draft),
    env: variablesOf(said.flatMap((one) => one.env)),
    wants: argumentsOf(said.flatMap((one) => one.wants)),
    transports: transportsOf(draft),
    remotes: [...new Set(said.flatMap((one) => (one.kind === 'reference' ? [] : one.remotes)))],
    needsBuild: needsBuild(draft),
    declaredIn: uniquePlaces(by).sort(byTrust),
  };
}

/** Also where a program that is there, in JavaScript, loads what is written in TypeScript. */
function needsBuild({ program, start, evidence }: Draft): boolean {
  if (program === null || program.needsBuild || start.kind !== 'node') return program?.needsBuild ?? false;
  return start.file.endsWith('js') && evidence.files.some((path) => /(?<!\.d)\.[cm]?tsx?$/.test(path));
}

function uniquePlaces(all: readonly DeclaredIn[]): DeclaredIn[] {
  return [...new Map(all.map((one) => [`${one.file} ${one.field}`, one])).values()];
}

function withArguments(draft: Draft, args: readonly string[]): { start: Start; command: readonly string[] } {
  const { start, command } = draft;
  if (args.length === 0) return { start, command };
  // What `npm start` hands on comes after `--`; cargo and dotnet, too, keep what comes before for themselves.
  const separated =
    start.kind === 'cargo' || start.kind === 'dotnet' || (start.kind === 'command' && command[0] === 'npm');
  const whole = [...command, ...(separated ? ['--'] : []), ...args];
  if (start.kind === 'command') return { start: { kind: 'command', command: whole }, command: whole };
  if (start.kind === 'remote') return { start, command };
  return { start: { ...start, args: [...start.args, ...args] }, command: whole };
}

function packagesOf(draft: Draft): readonly PublishedAs[] {
  const own = publishedBy(draft);
  const registries = new Set(own.map(({ registry }) => registry));
  // Of the project's own registry only its own package is it; another one there is somebody else's.
  const all = trustedFirst(draft.said)
    .filter(({ kind }) => kind !== 'reference')
    .flatMap((one) => one.packages)
    .filter(({ registry }) => !registries.has(registry));
  const found = new Map(own.map((one) => [packageKey(one.registry, one.name), one]));
  for (const one of all) {
    const key = packageKey(one.registry, one.name);
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

function variablesOf(all: readonly WantedVariable[]): readonly WantedVariable[] {
  const found = new Map<string, WantedVariable>();
  for (const one of all) {
    const before = found.get(one.name);
    const secret = one.secret || before?.secret === true;
    const value = secret ? null : (before?.value ?? one.value);
    found.set(one.name, { ...(before ?? one), secret, value, description: before?.description ?? one.description });
  }
  return [...found.values()].slice(0, maxAsked);
}

const maxAsked = 100;

function argumentsOf(all: readonly WantedArgument[]): readonly WantedArgument[] {
  return [...new Map(all.toReversed().map((one) => [one.flag ?? one.hint, one])).values()]
    .toReversed()
    .slice(0, maxAsked);
}

function transportsOf({ evidence, said }: Draft): readonly Transport[] {
  const named = said.filter(
    ({ kind }) => kind === 'registered' || kind === 'bundled' || kind === 'listed' || kind === 'composed',
  );
  const found = new Set([...evidence.transports, ...named.flatMap((one) => one.transports)]);
  const hinted = found.size > 0 ? found : new Set(said.flatMap((one) => one.transports));
  const all = (['stdio', 'streamable-http', 'sse'] as const).filter((one) => hinted.has(one));
  return all.length > 0 ? all : ['stdio'];
}
