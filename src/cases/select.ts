import { isRecord } from './record.ts';
import type { SchemaValidator, Selection } from './schema-validator.ts';

/** What a plain path to one value is made of: `.name`, `['name']`, `["name"]`, `[0]`; nothing that could take long. */
const segment =
  /\.(?<dotted>[A-Za-z_]\w*)|\[(?:'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)"|(?<index>0|[1-9]\d{0,8}))\]/uy;

/**
 * The values that a JSONPath (RFC 9535) selects. A plain path is followed here; whatever filters, searches or selects
 * many goes to the validator's thread, since what it costs is up to the path and the value.
 */
export async function select(path: string, value: unknown, validator: SchemaValidator): Promise<Selection> {
  const steps = plainSteps(path);
  return steps === null ? validator.select(path, value) : { state: 'selected', values: follow(steps, value) };
}

function plainSteps(path: string): (string | number)[] | null {
  if (!path.startsWith('$')) return null;
  const steps: (string | number)[] = [];
  segment.lastIndex = 1;
  while (segment.lastIndex < path.length) {
    const groups = segment.exec(path)?.groups;
    if (groups === undefined) return null;
    steps.push(groups['dotted'] ?? groups['single'] ?? groups['double'] ?? Number(groups['index']));
  }
  return steps;
}

/** RFC 9535, sections 2.3.1 and 2.3.3: a name selects from an object, an index from an array. */
function follow(steps: readonly (string | number)[], value: unknown): unknown[] {
  let here = value;
  for (const step of steps) {
    if (typeof step === 'number') {
      if (!Array.isArray(here) || step >= here.length) return [];
      here = here[step];
    } else {
      if (!isRecord(here) || !Object.hasOwn(here, step)) return [];
      here = here[step];
    }
  }
  return [here];
}
