/** What builds lack, by their own words, and what to do about it. */
const lacks: readonly (readonly [RegExp, string])[] = [
  [
    /(?:\b(?:gcc|cc|clang|g\+\+|c\+\+)['"`]?:? (?:failed: )?(?:No such file|not found|command not found))|Unknown compiler|unable to execute/u,
    'it needs a C compiler, which the image has not: name an `image` that has one, such as docker.io/library/python:3.13 (without `-slim`)',
  ],
  [
    /Python\.h: No such file/u,
    'it needs the headers of Python, which the image has not: name an `image` that has them, such as docker.io/library/python:3.13',
  ],
  [
    /\b(?:cargo|rustc)\b.*(?:not found|No such file|is not installed)|can't find Rust compiler/u,
    'it needs Rust, which the image has not: name an `image` that has it, or publish a wheel',
  ],
  [
    /Temporary failure in name resolution|Name or service not known|Network is unreachable|\bgetaddrinfo\b/u,
    'it asks for the network, which no build has: publish a wheel, or an archive that brings everything along',
  ],
];

/** @param output of the build: anybody's words. @returns a sentence with the reason and the remedy */
export function tellBuild(label: string, output: string): string {
  const known = lacks.find(([pattern]) => pattern.test(output))?.[1];
  const wanted = wantedByBuild(output);
  const reason =
    known ??
    (wanted === null
      ? 'it is built without network, with what its pyproject.toml names in build-system.requires'
      : `it asks for ${wanted}, of which the package index has no wheel that fits`);
  return `${label} could not be built from source: ${reason}.`;
}

/** @returns what a backend asked pip for, as a requirement of anybody's words, or null */
export function wantedByBuild(output: string): string | null {
  return /^\s*ERROR: No matching distribution found for ([^\n]{1,200}?)(?: \(from .*)?$/mu.exec(output)?.[1] ?? null;
}
