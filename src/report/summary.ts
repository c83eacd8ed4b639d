import type { WorkflowResult } from '../result/model.ts';
import { cutBytes } from '../text/untrusted.ts';
import { longestList, renderBlock, renderBlocks, type Block, type Limits } from './outline.ts';
import { failuresBlock } from './summary-failures.ts';
import { countsTable, headLines, notLookedAtBlock, problemsBlock, reasonsBlock, serversTable } from './summary-head.ts';
import { detailsBlock } from './summary-details.ts';
import { findingsTable, footer, sandboxBlock, skippedBlock, snapshotsBlock } from './summary-rest.ts';
import { findingsInShort, sandboxInShort, serversInShort, skippedInShort, snapshotsInShort } from './summary-short.ts';
import { repositoriesTable, repositoryNotes } from './summary-repositories.ts';

export interface SummaryOptions {
  /** Of the whole text in UTF-8; the platform drops a summary of more than 1 MiB altogether. */
  readonly maxBytes: number;
  /** Of this action, for the last line. */
  readonly version: string;
}

type Step = () => string | null;

/** Of the lists beside the failures, once there is no room for all of everything. */
const fewEntries = 20;

/**
 * The job summary in GitHub-flavoured Markdown, of at most `maxBytes`. Where everything does not fit, it is shortened
 * in steps until it does: the details of what passed go first, then all details, then tables become counts, then
 * failures are cut to as many of each server as fit, then to as many servers as fit. Heading, verdict and counts
 * always stay, nothing is cut within, and what was left out is said with the place where it is.
 */
export function renderSummary(result: WorkflowResult, options: SummaryOptions): string {
  for (const step of stepsOf(result, options)) {
    const text = step();
    if (text !== null && Buffer.byteLength(text) < options.maxBytes) return `${text}\n`;
  }
  return cutBytes(
    `${renderBlocks([headLines(result), countsTable(result), shortened(['all else'])], [0])}\n`,
    options.maxBytes,
  );
}

function stepsOf(result: WorkflowResult, { maxBytes, version }: SummaryOptions): Step[] {
  const failures = failuresBlock(result);
  const verdict = [headLines(result), reasonsBlock(result), countsTable(result)];
  const first = [problemsBlock(result), notLookedAtBlock(result)];
  const tables = [
    findingsTable(result),
    skippedBlock(result),
    repositoriesTable(result),
    repositoryNotes(result),
    snapshotsBlock(result),
  ];
  const tail = [sandboxBlock(result), footer(result, version)];
  const counts = [findingsInShort(result), skippedInShort(result), snapshotsInShort(result)];
  const whole = (details: () => Block, leftOut: readonly string[]): string => {
    const note = leftOut.length === 0 ? '' : shortened(leftOut);
    const before = renderBlocks(
      [...verdict, note, ...first, serversTable(result), failures, ...tables],
      [Infinity],
      maxBytes,
    );
    return before.length > maxBytes ? before : renderBlocks([before, details(), ...tail], [Infinity], maxBytes);
  };
  const short = (limits: Limits, leftOut: readonly string[]): string => {
    const shown = renderBlock(failures, limits, { left: maxBytes });
    const blocks = [...verdict, shortened(leftOut), ...first, serversInShort(result), shown, ...counts];
    return renderBlocks([...blocks, sandboxInShort(result), footer(result, version)], [fewEntries]);
  };
  const fits = (text: string): boolean => Buffer.byteLength(text) < maxBytes;
  const leftOut = ['the details of all servers', 'what passed', 'the entries of tables, of which the counts are shown'];
  return [
    () => whole(() => detailsBlock(result, 'all'), []),
    () => whole(() => detailsBlock(result, 'troubled'), ['the details of servers that passed']),
    () => whole(() => '', leftOut.slice(0, 1)),
    () => short([Infinity], leftOut),
    () =>
      longest(longestList(failures, 1), fits, (most) =>
        short([Infinity, most], [...leftOut, `all but ${most} failed cases of each server`]),
      ),
    () => longest(longestList(failures, 0), fits, (most) => short([most, 0], [...leftOut, 'failed cases'])),
  ];
}

function shortened(leftOut: readonly string[]): string {
  return `_Shortened to fit the limits of a job summary. Left out: ${leftOut.join('; ')}. Everything is in \`result.json\`, every case in \`junit.xml\`._`;
}

/** @returns the text with the greatest number up to `most` that fits, or null when not even 0 does */
function longest(most: number, fits: (text: string) => boolean, render: (entries: number) => string): string | null {
  let best: string | null = null;
  let [low, high] = [0, most];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const text = render(middle);
    if (fits(text)) {
      best = text;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}
