/** A foreign name or path as part of a sentence: quoted, on one line, cut, without what a terminal would act on. */
export function show(text: string): string {
  const cut = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return JSON.stringify(cut.replaceAll(/\p{C}/gu, '\u{fffd}'));
}
