import * as z from 'zod';

/** What programs/python/install.py prints; it has seen hostile files, so it is read with care. */
const word = z.string().max(1000);
const words = z.array(word).max(2000);
const Sdist = z.object({ file: word, sha256: word.nullable() });
const Installed = z.object({
  name: word.nullable(),
  version: word.nullable(),
  commands: words,
  mainModule: word.nullable(),
  allCommands: words,
  size: z.number(),
  sdist: Sdist.nullable(),
  wheels: z.array(z.object({ file: word, sha256: word, built: z.boolean() })).max(5000),
});
const Build = z.object({ key: word, label: word, source: word, links: words });
const Failure = z.looseObject({ kind: word });
const Report = z.object({
  python: word,
  pip: word.nullable(),
  failure: Failure.nullable(),
  build: Build.nullable(),
  installed: Installed.nullable(),
});

export type PythonReport = z.infer<typeof Report>;
/** Of a fetch that came to its end. */
export type PythonInstalled = z.infer<typeof Installed>;
/** What has to be built from source before the fetch can go on. */
export type WantedBuild = z.infer<typeof Build>;
export type PythonFailure = z.infer<typeof Failure>;

/** @returns null for what is no report. */
export function parsePythonReport(stdout: string): PythonReport | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
