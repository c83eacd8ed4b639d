import { show } from '../../checkout/show.ts';
import { sourceOf, type FindOrigin } from './copy.ts';
import type { Instruction } from './model.ts';
import { didYouMean, refuse } from './refused.ts';
import type { Scope } from './scope.ts';

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];

/**
 * What a mount of RUN is built as. Caches and tmpfs change how fast a build is, not what comes out: they are left out,
 * and so are secrets and agents that a build can do without. What is bound is copied instead, and stays in the image.
 */
export function mountOf(value: string, line: number, scope: Scope, find: FindOrigin): Instruction[] {
  const fields = fieldsOf(value, line);
  const type = fields.get('type') ?? 'bind';
  switch (type) {
    case 'cache':
    case 'tmpfs':
      return [];
    case 'secret':
    case 'ssh':
      if (isTrue(fields.get('required'))) {
        refuse(
          line,
          `found a mount of type ${type} that is required; builds get no secrets, so let the command do without it`,
        );
      }
      return [];
    case 'bind':
      return [boundCopy(fields, line, scope, find)];
    default:
      return refuse(
        line,
        `found a mount of type ${show(type)}, expected ${types.join(', ')}${didYouMean(type, types)}`,
      );
  }
}

function fieldsOf(value: string, line: number): Map<string, string> {
  // BuildKit reads the fields as CSV.
  if (value.includes('"')) refuse(line, `found a quotation mark in the mount ${show(value)}; write it without`);
  return new Map(
    value.split(',').map((field) => {
      const equals = field.indexOf('=');
      const key = (equals === -1 ? field : field.slice(0, equals)).trim().toLowerCase();
      return [key, equals === -1 ? 'true' : field.slice(equals + 1)] as const;
    }),
  );
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !/^(?:0|f|false)$/i.test(value);
}

function boundCopy(fields: ReadonlyMap<string, string>, line: number, scope: Scope, find: FindOrigin): Instruction {
  const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
  if (target === undefined) refuse(line, 'found a mount of type bind without `target`; add it');
  const from = fields.get('from');
  const source = fields.get('source') ?? fields.get('src') ?? '/';
  return {
    kind: 'COPY',
    line,
    from: from === undefined ? null : find(from, line),
    chown: null,
    chmod: null,
    sources: [sourceOf(scope.text(source, line, 'a source of a mount'), 'a mount', line)],
    target: scope.expand(target, line),
  };
}
