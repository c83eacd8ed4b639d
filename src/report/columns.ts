const wide =
  /[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** @returns how many columns of a terminal `text` takes; hidden characters must have been written out before */
export function displayWidth(text: string): number {
  const marks = text.match(/\p{Mn}/gu)?.length ?? 0;
  return Array.from(text).length - marks + (text.match(wide)?.length ?? 0);
}

/**
 * Aligns cells in columns, two spaces apart.
 *
 * @param numbers indices of columns that are aligned to the right
 * @returns one line for each row, without spaces at its end
 */
export function aligned(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string[] {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: columns }, (_, at) => {
    return rows.reduce((widest, row) => Math.max(widest, displayWidth(row[at] ?? '')), 0);
  });
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const space = ' '.repeat((widths[at] ?? 0) - displayWidth(cell));
      return numbers.includes(at) ? space + cell : cell + space;
    });
    return cells.join('  ').trimEnd();
  });
}
