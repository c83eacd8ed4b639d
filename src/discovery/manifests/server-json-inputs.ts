import { wanted } from '../arguments.ts';
import type { WantedArgument, WantedVariable } from '../model.ts';
import { isLiteralSecret, isPlaceholder, isSecretName } from '../secrets.ts';
import { at, fieldsOf, itemsOf, proseOf, textOf } from '../values.ts';
import type { Fields } from '../values.ts';

/** Old schemas write snake_case. */
export function either(fields: Fields, ...names: readonly string[]): unknown {
  const name = names.find((one) => Object.hasOwn(fields, one));
  return name === undefined ? undefined : fields[name];
}

/** Words that belong to the program, and stand among those of its launcher: a frequent mistake. */
export function strayWords(fields: Fields, identifier: string): readonly string[] {
  const words = itemsOf(either(fields, 'runtimeArguments', 'runtime_arguments')).filter(
    (item) => textOf(at(item, 'type')) === 'positional',
  );
  return words
    .map((item) => textOf(at(item, 'value')) ?? '')
    .filter((word) => /^[a-z][a-z-]+$/.test(word) && word !== identifier && word !== 'run');
}

/** @returns what a program is given (`packageArguments`), parted into what stands and what waits for a value */
export function argumentsOf(value: unknown): { fixed: readonly string[]; wants: readonly WantedArgument[] } {
  const fixed: string[] = [];
  const wants: WantedArgument[] = [];
  for (const item of itemsOf(value)) {
    const fields = fieldsOf(item);
    if (fields === null) continue;
    const flag = textOf(fields['type']) === 'named' ? textOf(fields['name']) : null;
    const text = textOf(fields['value']);
    const required = either(fields, 'isRequired', 'is_required') === true;
    const secret = either(fields, 'isSecret', 'is_secret') === true;
    if (text !== null && !secret && !isPlaceholder(text) && !isLiteralSecret(flag ?? '', text))
      fixed.push(...(flag === null ? [] : [flag]), text);
    else if (text === null && flag !== null && required && textOf(fields['format']) === null && isSwitch(fields))
      fixed.push(flag);
    else wants.push(wanted(flag, hintOf(fields, flag), required, secret));
  }
  // `bun run start:stdio` names a script of the package, where arguments of its program are asked for.
  const script = fixed[0] === 'run' && /^(?:start|dev|serve)(?::[\w:-]+)?$/.test(fixed[1] ?? '');
  return { fixed: script ? fixed.slice(2) : fixed, wants };
}

/** A named argument without any word of a value is a switch. */
function isSwitch(fields: Fields): boolean {
  return !['valueHint', 'value_hint', 'default', 'choices', 'placeholder', 'variables'].some((key) => key in fields);
}

function hintOf(fields: Fields, flag: string | null): string {
  return (
    textOf(either(fields, 'valueHint', 'value_hint')) ?? flag?.replace(/^-+/, '') ?? textOf(fields['name']) ?? 'value'
  );
}

/** @returns the variables that a package asks for, also those that its launcher hands to a container */
export function variablesOf(fields: Fields): WantedVariable[] {
  const declared = itemsOf(either(fields, 'environmentVariables', 'environment_variables')).map(variableOf);
  const handed = itemsOf(either(fields, 'runtimeArguments', 'runtime_arguments')).map(handedVariable);
  return [...declared, ...handed].filter((variable) => variable !== null);
}

function variableOf(value: unknown): WantedVariable | null {
  const fields = fieldsOf(value);
  const name = textOf(fields?.['name']);
  if (fields === null || name === null) return null;
  const secret = either(fields, 'isSecret', 'is_secret') === true || isSecretName(name);
  const text = textOf(fields['value']) ?? textOf(fields['default']);
  return {
    name,
    required: either(fields, 'isRequired', 'is_required') === true,
    secret,
    description: proseOf(fields['description']),
    value: secret || text === null || isPlaceholder(text) ? null : text,
  };
}

/** `-e NAME={variable}` among what is said to `docker run`. */
function handedVariable(value: unknown): WantedVariable | null {
  const fields = fieldsOf(value);
  if (!['-e', '--env'].includes(textOf(fields?.['name']) ?? '')) return null;
  const [, name, text] = /^([A-Za-z_]\w*)=?(.*)$/.exec(textOf(fields?.['value']) ?? '') ?? [];
  if (name === undefined) return null;
  const inner = Object.values(fieldsOf(fields?.['variables']) ?? {});
  const is = (...keys: readonly string[]) =>
    inner.concat(fields).some((one) => keys.some((key) => at(one, key) === true));
  const secret = is('isSecret', 'is_secret') || isSecretName(name);
  return {
    name,
    required: is('isRequired', 'is_required'),
    secret,
    description: proseOf(fields?.['description']),
    value: secret || text === undefined || text === '' || isPlaceholder(text) ? null : text,
  };
}
