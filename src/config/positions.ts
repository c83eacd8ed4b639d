import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';
import type { ValuePath } from './document.ts';

/** Where a value stands: what is needed of a node of the parser's, which takes ten times the memory. Offsets in the text. */
export interface Position {
  /** null where there is nothing, not even an empty text. */
  readonly start: number | null;
  /** Nothing is written there. */
  readonly blank: boolean;
  /** Of the key that leads to it, or of the item itself in a list. */
  readonly key: number | null;
  readonly inner: ReadonlyMap<string, Position> | readonly Position[] | null;
}

/** @returns the positions of all values of a document that was found sound: each alias after its anchor */
export function positionsOf(document: Document.Parsed): Position {
  const anchored = new Map<string, Position>();
  const read = (node: Node | null, key: number | null): Position => {
    const start = node?.range?.[0] ?? null;
    const blank = node?.range != null && node.range[0] === node.range[1];
    // What is behind an alias stands at its anchor; the alias itself stands here.
    const inner = isAlias(node) ? (anchored.get(node.source)?.inner ?? null) : innerOf(node);
    const position = { start, blank, key, inner };
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) anchored.set(node.anchor, position);
    return position;
  };
  const innerOf = (node: Node | null): Position['inner'] => {
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? read(item, item.range?.[0] ?? null) : nowhere));
    if (!isMap(node)) return null;
    const inner = new Map<string, Position>();
    // The last of two equal keys is the one whose value counts.
    for (const { key, value } of node.items) {
      const at = isNode(key) ? (key.range?.[0] ?? null) : null;
      if (isScalar(key)) inner.set(String(key.value), read(isNode(value) ? value : null, at));
    }
    return inner;
  };
  return read(document.contents, null);
}

const nowhere: Position = { start: null, blank: false, key: null, inner: null };

/** What is found on the way along a path: the value there, or null, and the last key on the way. */
export function positionAt(root: Position, path: ValuePath): { value: Position | null; key: number | null } {
  let value = root;
  let key: number | null = null;
  for (const step of path) {
    const { inner } = value;
    const next =
      inner instanceof Map ? inner.get(String(step)) : Array.isArray(inner) ? inner[Number(step)] : undefined;
    if (next === undefined) return { value: key === null || inner === null ? value : null, key };
    value = next;
    key = next.key ?? next.start ?? key;
  }
  return { value, key };
}
