/** Text that is in a report whole or not at all, or a list of which the first entries may stand for all. */
export type Block = string | List;

export interface List {
  readonly head: string;
  readonly items: readonly Item[];
  /** Between entries, and before the line that says how many more there are. */
  readonly between: string;
  readonly beforeMore: string;
  readonly foot: string;
}

/** Thousands of entries are only made as far as there is room for them. */
export type Item = Block | (() => Block);

/** @returns an entry that is made when it is needed, once */
export function lazily(make: () => Block): Item {
  let made: Block | null = null;
  return () => (made ??= make());
}

/** How many entries lists may have: the outermost ones, those in these, and so on; the last is for all below. */
export type Limits = readonly [number, ...number[]];

/** UTF-16 units that are left; what is longer is not made to its end. */
interface Room {
  left: number;
}

/** @returns the block; where a list has more entries than its limit, it says how many and where they are */
export function renderBlock(block: Block, limits: Limits, room: Room = { left: Infinity }): string {
  if (typeof block === 'string') {
    room.left -= block.length;
    return block;
  }
  const [limit, next = limit, ...others] = limits;
  const shown: string[] = [];
  for (const item of block.items.slice(0, limit)) {
    if (room.left < 0) break;
    shown.push(renderBlock(typeof item === 'function' ? item() : item, [next, ...others], room));
  }
  const left = Math.max(0, block.items.length - limit);
  const more = left > 0 ? `${block.beforeMore}and ${left} more (see result.json)` : '';
  return block.head + shown.join(block.between) + more + block.foot;
}

/**
 * Blocks one after another, each as {@link renderBlock} makes it with the same limits.
 * @param maxUnits a text that would be longer may end anywhere beyond
 */
export function renderBlocks(blocks: readonly Block[], limits: Limits, maxUnits = Infinity): string {
  const room = { left: maxUnits };
  return blocks
    .map((block) => (room.left < 0 ? '' : renderBlock(block, limits, room)))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** @returns the number of entries of the longest list that lies `depth` lists deep, among those that are made already */
export function longestList(block: Block, depth: number): number {
  if (typeof block === 'string') return 0;
  if (depth === 0) return block.items.length;
  return block.items.reduce<number>((longest, item) => {
    return typeof item === 'function' ? longest : Math.max(longest, longestList(item, depth - 1));
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
export function section(title: string, items: readonly Item[], foot = ''): Block {
  if (items.length === 0) return '';
  return { head: `${title}\n\n`, items, between: '\n\n', beforeMore: '\n\n', foot };
}
