import type { Checkout } from '../checkout/model.ts';
import { parse } from 'yaml';
import * as z from 'zod';

const texts = z.record(z.string(), z.string()).catch({});
const list = z.array(z.string()).catch([]);

/** What is read of a package.json; anything in it that is not as it should be counts as absent. */
const Manifest = z.object({
  name: z.string().nullable().catch(null).default(null),
  version: z.string().nullable().catch(null).default(null),
  packageManager: z.string().nullable().catch(null).default(null),
  devEngines: z
    .object({ packageManager: z.object({ name: z.string() }) })
    .nullable()
    .catch(null)
    .default(null),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages)])
    .nullable()
    .catch(null)
    .default(null),
  scripts: texts.default({}),
  dependencies: texts.default({}),
  devDependencies: texts.default({}),
  optionalDependencies: texts.default({}),
  resolutions: z.unknown().optional(),
  os: list.default([]),
  cpu: list.default([]),
});
export type Manifest = z.infer<typeof Manifest>;

/** @returns null where there is none, or it is no JSON object. */
export async function readManifest(checkout: Checkout, folder: string): Promise<Manifest | null> {
  const text = await checkout.text(inFolder(folder, 'package.json'));
  try {
    return text === null ? null : Manifest.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @returns the patterns of a pnpm-workspace.yaml; null where there is no such file. */
export function pnpmPatterns(text: string | null): string[] | null {
  if (text === null) return null;
  const settings = parseYaml(text);
  return z.array(z.string()).catch([]).parse(settings['packages']);
}

/** YAML as repositories have it: never more than a record, and no failure. */
export function parseYaml(text: string): Readonly<Record<string, unknown>> {
  try {
    // Aliases can make little text huge.
    return z.record(z.string(), z.unknown()).parse(parse(text, { maxAliasCount: 100, logLevel: 'silent' }));
  } catch {
    return {};
  }
}

/** @param folder `.` for the root */
export function inFolder(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}
