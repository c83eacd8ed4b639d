import { finding } from '../declaration.ts';
import type { DiscoveryFinding } from '../model.ts';
import { isMovingVersion, isVersionPlaceholder } from '../packages.ts';
import { isLiteralSecret } from '../secrets.ts';
import type { Structured } from '../structured.ts';
import { at, entriesOf, itemsOf, textOf } from '../values.ts';
import type { Fields } from '../values.ts';
import { show } from '../words.ts';
import { literalSecret } from './literal-secret.ts';

/** @returns what is wrong with a `server.json` by itself: versions that say nothing, secrets that stand in it */
export function serverJsonFindings(root: Fields, path: string, document: Structured): readonly DiscoveryFinding[] {
  const where = (...keys: readonly (string | number)[]) => ({ file: path, ...document.position(keys) });
  const packages = itemsOf(root['packages']);
  return [
    ...versionFinding(textOf(root['version']), where('version')),
    ...packages.flatMap((item, index) =>
      versionFinding(textOf(at(item, 'version')), where('packages', index, 'version')),
    ),
    ...packages.flatMap((item, index) => secretsOf(item, (...keys) => where('packages', index, ...keys))),
  ];
}

type Where = (...keys: readonly (string | number)[]) => { file: string; line: number; column: number };

function versionFinding(version: string | null, place: ReturnType<Where>): readonly DiscoveryFinding[] {
  if (version !== null && isVersionPlaceholder(version)) {
    const message = `The version is still the placeholder ${show(version)}: nobody can tell which one is meant.`;
    return [finding('manifest-placeholder', 'low', place, message)];
  }
  if (version === null || !isMovingVersion(version)) return [];
  const message = `The version ${show(version)} means another one tomorrow; the registry wants an exact one.`;
  return [finding('manifest-version-moves', 'medium', place, message)];
}

/** In any list of arguments or variables of a package. */
function secretsOf(item: unknown, where: Where): readonly DiscoveryFinding[] {
  return entriesOf(item).flatMap(([key, list]) =>
    itemsOf(list).flatMap((entry, position) => {
      const name = textOf(at(entry, 'name')) ?? '';
      const text = textOf(at(entry, 'value')) ?? textOf(at(entry, 'default'));
      return text !== null && isLiteralSecret(name, text) ? [literalSecret(where(key, position), name)] : [];
    }),
  );
}
