/**
 * `{{name}}` in a text stands for a captured value, `\{{name}}` for these characters themselves; other braces are just
 * braces (docs/ASSERTIONS.md). The room `cases` fills them in.
 */
// Looking back keeps a row of very many backslashes from being counted from each of them.
const reference = /(?<!\\)(\\*)\{\{([A-Za-z_][A-Za-z0-9_-]{0,63})\}\}/g;

/** The names of the captured values that a text asks for. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(reference)].flatMap(([, slashes = '', name = '']) =>
    slashes.length % 2 === 0 ? [name] : [],
  );
}

/** A text as it could be once every name has its value. */
export function withoutReferences(text: string): string {
  return text.replaceAll(reference, (whole: string, slashes: string) => {
    const kept = '\\'.repeat(Math.floor(slashes.length / 2));
    return slashes.length % 2 === 0 ? `${kept}x` : kept + whole.slice(slashes.length);
  });
}
