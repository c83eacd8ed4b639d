/** Folders of other people's code, and of what is built: nothing in them is looked at. */
const skipped = new Set([
  '.devcontainer',
  '.git',
  '.hg',
  '.next',
  '.nuxt',
  '.output',
  '.pnpm-store',
  '.svn',
  '.terraform',
  '.tox',
  '.turbo',
  '.venv',
  '.wrangler',
  '.yarn',
  '__pycache__',
  'bower_components',
  'build',
  'coverage',
  'dist',
  'node_modules',
  'obj',
  'out',
  'site-packages',
  'target',
  'third-party',
  'third_party',
  'vendor',
  'vendored',
  'venv',
]);

/** Names of folders whose manifests are no servers of the repository, by what they are instead. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^(?:[\w.-]*[-_.])?(?:tests?|__tests__|specs?|e2e|testing|test-?utils|test[-_]servers?|testsuite)$/, 'a test'],
  [/^(?:tests?|e2e)[-_.][\w.-]+$/, 'a test'],
  [
    /^(?:testdata|test-?data|__?fixtures__?|fixtures?|[\w-]+[-_]fixtures|__?mocks__?|mocks?|__snapshots__|stubs)$/,
    'a fixture of tests',
  ],
  [
    /^(?:[\w.-]*[-_.])?(?:examples?|samples?|demos?|tutorials?|quickstarts?|cookbooks?|playgrounds?|snippets)$/,
    'an example',
  ],
  [/^(?:examples?|samples?|demos?)[-_.][\w.-]+$/, 'an example'],
  [/^(?:[\w.-]*[-_.])?(?:templates?|boilerplates?|scaffolds?|scaffolding|skeletons?|cookiecutter)$/, 'a template'],
  [/^templates?[-_.][\w.-]+$/, 'a template'],
  [/\{\{.*\}\}/, 'a template'],
  [/^(?:docs?|documentation|website)$/, 'documentation'],
  [
    /^(?:bench(?:marks?)?|benchmarking|evals?|evaluations?|conformance|[\w.-]+[-_.](?:evals|benchmarks?|mocks))$/,
    'a benchmark or evaluation',
  ],
  [/^(?:archived?|deprecated|legacy|attic)$/, 'archived'],
];

/** @returns whether `path` lies in a folder that is skipped entirely */
export function isSkipped(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((segment) => skipped.has(segment.toLowerCase()));
}

/** @returns what kind of thing a file in this folder is instead of a server (`a test`); null where nothing says so */
export function lookAlikeKind(folder: string): string | null {
  if (folder === '.') return null;
  for (const segment of folder.toLowerCase().split('/')) {
    const found = kinds.find(([name]) => name.test(segment));
    if (found !== undefined) return found[1];
  }
  return null;
}
