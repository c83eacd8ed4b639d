import type { WorkflowResult } from '../result/model.ts';
import { cutBytes } from '../text/untrusted.ts';
import { longestList, renderBlocks, type Block } from './outline.ts';
import { countsTable, headLines, notLookedAtBlock, problemsBlock, reasonsBlock, serversTable } from './summary-head.ts';
import { detailsBlock, findingsTable, footer, sandboxBlock, skippedBlock } from './summary-rest.ts';
import { failuresBlock } from './summary-failures.ts';

export interface SummaryOptions {
  /** Of the whole text in UTF-8; the platform drops a summary of more than 1 MiB altogether. */
  readonly maxBytes: number;
  /** Of this action, for the last line. */
  readonly version: string;
}

const shortened = '_Shortened to fit the limits of a job summary; everything is in `result.json`._';

/**
 * The job summary in GitHub-flavoured Markdown, of at most `maxBytes`. Where everything does not fit, the details of
 * what passed go first, then lists are cut to as many entries as fit; heading, verdict and counts always stay.
 */
export function renderSummary(result: WorkflowResult, options: SummaryOptions): string {
  const verdict = [headLines(result), reasonsBlock(result), countsTable(result)];
  const lists = [
    problemsBlock(result),
    notLookedAtBlock(result),
    serversTable(result),
    failuresBlock(result),
    findingsTable(result),
    skippedBlock(result),
  ];
  const tail = [sandboxBlock(result), footer(result, options.version)];
  const fits = (text: string): boolean => Buffer.byteLength(text) < options.maxBytes;

  const whole = renderBlocks([...verdict, ...lists, detailsBlock(result), ...tail], Infinity);
  if (fits(whole)) return `${whole}\n`;
  const most = mostEntries([...verdict, shortened, ...lists, ...tail], fits);
  return most === null ? cutBytes(bare(result), options.maxBytes) : `${most}\n`;
}

function bare(result: WorkflowResult): string {
  return `${renderBlocks([headLines(result), countsTable(result), shortened], 0)}\n`;
}

/** The text with the longest lists that fit, or null when not even empty lists do. */
function mostEntries(blocks: readonly Block[], fits: (text: string) => boolean): string | null {
  let best: string | null = null;
  let least = 0;
  let most = longestList(blocks);
  while (least <= most) {
    const limit = Math.floor((least + most) / 2);
    const text = renderBlocks(blocks, limit);
    if (fits(text)) {
      best = text;
      least = limit + 1;
    } else {
      most = limit - 1;
    }
  }
  return best;
}
