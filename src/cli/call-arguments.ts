import { UsageProblem } from './terminal.ts';

/**
 * The arguments of a call, from a JSON object and from `key=value`, of which the latter wins. A value is a text where the
 * tool's schema says so; else it is read as JSON, and is a text where it is none.
 *
 * @param schema the tool's `inputSchema`; null while it is not known
 * @throws UsageProblem
 */
export function readArguments(
  json: string | undefined,
  pairs: readonly string[],
  schema: unknown,
): Readonly<Record<string, unknown>> {
  const named = pairs.map((pair): [string, unknown] => {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new UsageProblem(`\`${pair.slice(0, 80)}\` is no argument of the tool: write it as key=value.`);
    }
    const key = pair.slice(0, at);
    return [key, valueOf(pair.slice(at + 1), propertyOf(schema, key))];
  });
  // Own properties all of them, also one named __proto__.
  return Object.fromEntries([...Object.entries(objectOf(json)), ...named]);
}

function objectOf(json: string | undefined): object {
  if (json === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : '';
    throw new UsageProblem(`\`--args\` is no JSON (${why}). In a shell, put it in single quotes: --args '{"a": 1}'`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageProblem('`--args` wants a JSON object, for example \'{"a": 1}\'.');
}

function valueOf(text: string, schema: unknown): unknown {
  if (fieldOf(schema, 'type') === 'string') return text;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function propertyOf(schema: unknown, name: string): unknown {
  return fieldOf(fieldOf(schema, 'properties'), name);
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const field: unknown = Reflect.get(value, key);
  return field;
}
