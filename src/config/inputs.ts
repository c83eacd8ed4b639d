import type { Problem } from '../result/model.ts';
import { commandLineNames, inputNames } from './input-names.ts';
import type { RunInputs } from './model.ts';
import { secretNameProblem, serverName, serverNameHint, tagName, tagNameHint } from './names.ts';
import { inputReader } from './input-reader.ts';
import { show, suggestion } from './words.ts';

export type ReadInputs =
  | { readonly ok: true; readonly inputs: RunInputs }
  | { readonly ok: false; readonly problems: Problem[] };

const failOnWords = ['failed', 'error', 'never'] as const;
const defaultTimeoutMs = 30 * 60 * 1000;
const maxConcurrency = 64;
const maxShards = 1000;
/** Read by the host, which alone speaks to the platform. */
const known: readonly string[] = [...inputNames, ...commandLineNames];

/**
 * Reads the inputs of the action, or the flags of the command line under the same names.
 *
 * @param raw by kebab-case name, as given; an empty text means absent. Only spaces, tabs and line ends of ASCII are
 *   ever taken away: what else looks like white space stays and makes a name invalid.
 */
export function readInputs(raw: Readonly<Record<string, string>>): ReadInputs {
  const problems: Problem[] = [];
  const report = (name: string, message: string) =>
    problems.push({ message: `input \`${name}\`: ${message}`, location: null });
  const reader = inputReader(raw, report);
  const inputs: RunInputs = {
    config: reader.path('config'),
    repositories: reader.lines('repositories'),
    servers: reader.names('servers', (name) => patternFault(name, serverName, `a server's name (${serverNameHint})`)),
    tags: reader.names('tags', (name) => patternFault(name, tagName, `a tag (${tagNameHint})`)),
    secrets: reader.names('secrets', secretNameProblem),
    failOn: reader.word('fail-on', failOnWords, 'failed'),
    concurrency: reader.whole('concurrency', maxConcurrency),
    timeout: reader.duration('timeout', defaultTimeoutMs),
    resultsDirectory: reader.path('results-directory'),
    allowUntrustedTrigger: reader.flag('allow-untrusted-trigger'),
    changedOnly: reader.flag('changed-only'),
    base: reader.path('base'),
    updateSnapshots: reader.flag('update-snapshots'),
    shard: reader.shard('shard', maxShards),
  };
  for (const name of Object.keys(raw)) {
    if (!known.includes(name)) report(name.slice(0, 80), `there is no such input; ${suggestion(name, known)}`);
  }
  return problems.length === 0 ? { ok: true, inputs } : { ok: false, problems };
}

function patternFault(text: string, pattern: RegExp, what: string): string | null {
  return pattern.test(text) ? null : `${show(text)} is not ${what}`;
}
