import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { troubledCases, troubledServers } from '../../src/report/verdict.ts';
import type { WorkflowResult } from '../../src/result/model.ts';

/**
 * As GitHub's parser reads it. The library's own search for addresses in finished texts is left out: GitHub takes what is
 * written as a character reference for no part of one, and only looks for those with an `@` so late.
 */
function parsed(markdown: string): Root {
  const mdastExtensions = gfmFromMarkdown().map((extension) => ({ ...extension, transforms: [] }));
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions });
}

const address = /[\w.+-]@[\w-]+\.[a-z]/i;

/** Everything that a summary is made of; a link, an image or a footnote could only be somebody else's. */
const ours = new Set([
  'root',
  'heading',
  'paragraph',
  'text',
  'strong',
  'emphasis',
  'inlineCode',
  'code',
  'list',
  'listItem',
  'table',
  'tableRow',
  'tableCell',
  'blockquote',
  'html',
]);
const sections = new Set([
  'Problems',
  'Servers',
  'Failures',
  'Findings',
  'Skipped',
  'Repositories',
  'Notes on repositories',
  'Snapshots',
  'Details',
  'Sandbox',
]);
const tags = new Set(['details', 'summary', 'code', 'sub'].flatMap((name) => [`<${name}>`, `</${name}>`]));

/** @returns what is not ours in a summary, as a parser of GitHub's Markdown reads it: nothing, where all is well */
export function foreignMarkup(markdown: string, result: WorkflowResult): string[] {
  const tree = parsed(markdown);
  const nodes = [...all(tree)];
  const text = (node: Nodes) => [...all(node)].map((each) => ('value' in each ? each.value : '')).join('');
  const strange = nodes.filter(({ type }) => !ours.has(type)).map((node) => `${node.type}: ${text(node)}`);
  const html = nodes.filter((node) => node.type === 'html').map(({ value }) => value);
  const found = html.flatMap((value) => value.match(/<[^>]*>?/g) ?? []);
  const loose = html.filter((value) => /[<>]/.test(value.replaceAll(/<[^<>]*>/g, '')));
  const count = (tag: string) => found.filter((each) => each === tag).length;
  const code = nodes.filter((node) => node.type === 'code');
  const emphasis = nodes.filter((node) => node.type === 'emphasis');
  return [
    ...strange,
    ...nodes
      .filter((node) => node.type === 'text' && address.test(node.value))
      .map((node) => `an address: ${text(node)}`),
    ...found.filter((tag) => !tags.has(tag)).map((tag) => `the tag ${tag}`),
    ...loose.map((value) => `a loose bracket in ${value}`),
    ...[...tags].filter((tag) => count(tag) !== count(tag.replace('</', '<'))).map((tag) => `not balanced: ${tag}`),
    ...code.filter(({ lang }) => lang !== 'text' && lang !== 'diff').map(({ lang }) => `code in ${lang}`),
    ...emphasis.filter((node) => !text(node).startsWith('Shortened to fit')).map(() => 'foreign emphasis'),
    ...headingFaults(tree, result, text),
  ];
}

function headingFaults(tree: Root, result: WorkflowResult, text: (node: Nodes) => string): string[] {
  const headings = tree.children.filter((node) => node.type === 'heading');
  const nested = [...all(tree)].filter(({ type }) => type === 'heading').length - headings.length;
  const [first, ...others] = headings;
  const at = (depth: number) => headings.filter((node) => node.depth === depth);
  const servers = troubledServers(result);
  const cases = servers.flatMap(troubledCases).length;
  const whole = !tree.children.some((node) => text(node).startsWith('Shortened to fit'));
  return [
    ...(nested === 0 ? [] : ['a heading inside of something']),
    ...(first?.depth === 1 && text(first).endsWith(`MCP servers: ${result.conclusion}`) ? [] : ['the first heading']),
    ...others.filter(({ depth }) => depth < 2 || depth > 4).map((node) => `heading ${text(node)}`),
    ...at(2)
      .filter((node) => !sections.has(text(node)))
      .map((node) => `section ${text(node)}`),
    ...(at(3).length === servers.length || !whole ? [] : [`${at(3).length} servers instead of ${servers.length}`]),
    ...(at(4).length === cases || !whole ? [] : [`${at(4).length} cases instead of ${cases}`]),
  ];
}

/** A node and all below it. */
function* all(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* all(child);
}

/** @returns how many rows the table under a section has, without its head; null where there is no such table */
export function rowsUnder(markdown: string, section: string): number | null {
  const { children } = parsed(markdown);
  const at = children.findIndex((node) => {
    const [title] = node.type === 'heading' ? node.children : [];
    return title?.type === 'text' && title.value === section;
  });
  const table = at === -1 ? undefined : children[at + 1];
  return table?.type === 'table' ? table.children.length - 1 : null;
}
