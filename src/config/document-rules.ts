import { isNode, isScalar, visit } from 'yaml';
import type { Alias, Document, Node, Scalar, YAMLMap } from 'yaml';
import { show } from './words.ts';

/** Something in a document that YAML allows and a configuration does not. */
export interface NodeProblem {
  readonly message: string;
  readonly offset: number;
  /** The document's values cannot be trusted any more. */
  readonly fatal: boolean;
}

const maxAliases = 1000;
const maxProblems = 200;

/** Finds what would be lost or mean something else as JSON: equal keys, odd keys, tags, endless aliases and numbers. */
export function inspectNodes(document: Document.Parsed): NodeProblem[] {
  const problems: NodeProblem[] = [];
  const add = (message: string, offset: number, fatal = false) => {
    if (problems.length < maxProblems) problems.push({ message, offset, fatal });
  };
  for (const { pos } of document.warnings) add('a tag (`!name`) that means nothing here; leave it out', pos[0], true);
  const anchors = new Map<string, Node>();
  let aliases = 0;
  visit(document, {
    Alias(_key, alias, path) {
      const message = aliasProblem(alias, anchors, path, ++aliases);
      if (message === null) return undefined;
      add(message, offsetOf(alias), true);
      return visit.BREAK;
    },
    Map(_key, map) {
      registerAnchor(anchors, map);
      inspectKeys(map, add);
    },
    Seq(_key, list) {
      registerAnchor(anchors, list);
    },
    Scalar(_key, scalar) {
      registerAnchor(anchors, scalar);
      const message = numberProblem(scalar);
      if (message !== null) add(message, offsetOf(scalar));
    },
  });
  return problems;
}

function registerAnchor(anchors: Map<string, Node>, node: Node & { anchor?: string }): void {
  if (node.anchor !== undefined) anchors.set(node.anchor, node);
}

function aliasProblem(alias: Alias, anchors: ReadonlyMap<string, Node>, path: readonly unknown[], count: number) {
  if (count > maxAliases) return `more than ${maxAliases} aliases (\`*name\`)`;
  const target = anchors.get(alias.source);
  if (target === undefined) return `the alias ${show(`*${alias.source}`)} has no anchor (\`&name\`) before it`;
  if (path.includes(target)) return `the alias ${show(`*${alias.source}`)} stands inside what it stands for`;
  return null;
}

function inspectKeys(map: YAMLMap, add: (message: string, offset: number, fatal?: boolean) => void): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    const name = keyName(key);
    const offset = isNode(key) ? offsetOf(key) : offsetOf(map);
    if (name === null) {
      add('a key must be a plain text', offset, true);
      continue;
    }
    if (seen.has(name)) add(`the key ${show(name)} stands here a second time; keep one of them`, offset);
    if (name === '__proto__') add('the key "__proto__" cannot be used', offset, true);
    seen.add(name);
  }
}

function keyName(key: unknown): string | null {
  const value = isScalar(key) ? key.value : null;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function numberProblem({ value, source }: Scalar): string | null {
  if (typeof value !== 'number') return null;
  if (!Number.isFinite(value)) return `${show(source ?? String(value))} is not a number that JSON knows`;
  const exact = Number.isSafeInteger(value) || !/^[-+]?\d+$/.test(source ?? '');
  return exact ? null : `the number ${show(source ?? '')} is too large to be kept exactly; put it in quotes`;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
