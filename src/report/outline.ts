/** Text that is in a report whole or not at all, or a list of which the first entries may stand for all. */
export type Block = string | List;

export interface List {
  readonly head: string;
  readonly items: readonly Block[];
  /** Between entries, and before the line that says how many more there are. */
  readonly between: string;
  readonly beforeMore: string;
  readonly foot: string;
}

/** @returns the block with at most `limit` entries in each of its lists; where there are more, it says how many */
export function renderBlock(block: Block, limit: number): string {
  if (typeof block === 'string') return block;
  const shown = block.items.slice(0, limit).map((item) => renderBlock(item, limit));
  const left = block.items.length - shown.length;
  const more = left > 0 ? `${block.beforeMore}and ${left} more (see result.json)` : '';
  return block.head + shown.join(block.between) + more + block.foot;
}

export function renderBlocks(blocks: readonly Block[], limit: number): string {
  return blocks
    .map((block) => renderBlock(block, limit))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** @returns the number of entries of the longest list */
export function longestList(blocks: readonly Block[]): number {
  return blocks.reduce((longest, block) => {
    return typeof block === 'string' ? longest : Math.max(longest, block.items.length, longestList(block.items));
  }, 0);
}

/** A Markdown table of `rows`, each a list of cells that are Markdown already; nothing when there are none. */
export function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): Block {
  if (rows.length === 0) return '';
  // A column named with a colon at its end is a column of numbers.
  const rule = columns.map((column) => (column.endsWith(':') ? '--:' : ':--'));
  const names = columns.map((column) => column.replace(/:$/, ''));
  return {
    head: `${title === '' ? '' : `${title}\n\n`}${row(names)}\n${row(rule)}\n`,
    items: rows.map(row),
    between: '\n',
    beforeMore: '\n\n',
    foot: '',
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A bullet list under `title`; nothing when there are no items. */
export function bullets(title: string, items: readonly string[]): Block {
  if (items.length === 0) return '';
  return {
    head: title === '' ? '' : `${title}\n\n`,
    items: items.map((item) => `- ${item}`),
    between: '\n',
    beforeMore: '\n- ',
    foot: '',
  };
}

/** Blocks one after another under `title`; nothing when there are none. */
export function section(title: string, items: readonly Block[], foot = ''): Block {
  if (items.length === 0) return '';
  return { head: `${title}\n\n`, items, between: '\n\n', beforeMore: '\n\n', foot };
}
