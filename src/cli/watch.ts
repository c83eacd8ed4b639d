import { basename, dirname, extname, relative, resolve } from 'node:path';
import { watch as watchFolders } from 'chokidar';
import { logText, oneLine } from '../text/untrusted.ts';
import { Changes } from './changes.ts';

export interface WatchOptions {
  readonly directory: string;
  readonly interrupt: AbortSignal;
  readonly say: (line: string) => void;
  /** The configuration that was asked for, whether it is there or not; null: the usual ones. */
  readonly config: string | null;
}

const usualConfigs = ['.github/mcp-workflow.yml', '.github/mcp-workflow.yaml'];
/** Files that a configuration may include, and therefore may gain. Not JSON: results and reports are written as such. */
const includable = new Set(['.yml', '.yaml']);
const mostNamed = 5;

/**
 * Runs a round, then one more whenever the configuration, a case file or a schema changes, is added or is removed, until
 * it is interrupted. Changes during a round lead to the next one.
 *
 * @param round gets the files that changed, relative to the directory, and says which ones count from now on
 */
export async function watch(
  round: (changed: readonly string[]) => Promise<{ readonly files: readonly string[] }>,
  { directory, interrupt, say, config }: WatchOptions,
): Promise<void> {
  const configs = (config === null ? usualConfigs : [config]).map((file) => resolve(directory, file));
  const changes = new Changes(interrupt);
  let files = new Set(configs);
  const folders = new Set<string>();
  const watcher = watchFolders([], { ignoreInitial: true, depth: 0 });
  watcher.on('all', (event, path) => {
    const counts =
      files.has(path) || (event !== 'change' && includable.has(extname(path)) && folders.has(dirname(path)));
    if (counts && !isSnapshot(path)) changes.add(path);
  });
  // A folder that vanished, or too many of them: what is watched already still is.
  watcher.on('error', (error) => say(logText(`Watching: ${error instanceof Error ? error.message : String(error)}`)));
  try {
    for (let changed: readonly string[] = []; ;) {
      files = new Set([...configs, ...(await round(changed.map((path) => relative(directory, path)))).files]);
      if (interrupt.aborted) return;
      for (const folder of foldersOf(files, directory)) {
        if (!folders.has(folder)) watcher.add(folder);
        folders.add(folder);
      }
      say('Watching the configuration, case and schema files. Ctrl-C ends it and removes what was installed.');
      changed = await changes.next();
      if (changed.length === 0) return;
      say(logText(`\n${sentence(changed.map((path) => relative(directory, path)))}`));
    }
  } finally {
    await watcher.close();
  }
}

/** Files are often replaced as a whole: their folders are what can be watched. */
function foldersOf(files: ReadonlySet<string>, directory: string): Set<string> {
  // `.github` may be made later.
  return new Set([...[...files].filter((file) => !isSnapshot(file)).map(dirname), directory]);
}

/** Rounds write these themselves. */
function isSnapshot(path: string): boolean {
  return basename(dirname(path)) === '__snapshots__';
}

function sentence(changed: readonly string[]): string {
  const named = changed.slice(0, mostNamed).map((path) => oneLine(path, 200));
  const more = changed.length > mostNamed ? ` and ${changed.length - mostNamed} more` : '';
  return `Changed: ${named.join(', ')}${more}. Running again.`;
}
