import { parse, stringify } from 'yaml';
import { label } from '../config/values.ts';
import { oneLine } from '../text/untrusted.ts';
import type { FirstCase } from './first-case.ts';

const widest = 110;

/** A server as `init` found it. */
export interface FoundServer {
  readonly name: string;
  readonly source: string;
  readonly cases: readonly FirstCase[];
}

/** A source that could not be started, with the first sentence on why. */
export interface LostSource {
  readonly source: string;
  readonly why: string;
}

/** The configuration file. @param schema the path of its JSON Schema, relative to it */
export function configText(servers: readonly FoundServer[], lost: readonly LostSource[], schema: string): string {
  const blocks = servers.map(({ name, source }) => {
    return `  ${scalar(name)}:\n    source: ${scalar(source)}\n`;
  });
  const missing = lost.map(({ source, why }, at) => {
    return `${comment(`It could not be started: ${why}`, '  ')}  # server-${at + 1}:\n  #   source: ${scalar(source)}\n`;
  });
  return `# yaml-language-server: $schema=${schema}
# What is tested, and how. Check it with \`mcp-workflow validate\`, run it with \`mcp-workflow run\`.
version: 1

servers:
${[...blocks, ...missing].join('\n')}
  # More that a server may need; docs/CONFIGURATION.md has all of it:
  #   args: [--verbose]
  #   env:
  #     LOG_LEVEL: debug
  #     API_KEY: { secret: EXAMPLE_API_KEY }   # granted by name: --secret EXAMPLE_API_KEY, or the input \`secrets\`
  #   work: { from: fixtures/data, at: /work }  # copied in, writable

cases:
  - include: mcp-cases/*.yml
`;
}

/** The case file of a server: cases that hold, then suggestions as comments. */
export function casesText({ name, cases }: FoundServer): string {
  const ready = cases.filter(({ kind }) => kind === 'ready').flatMap((each) => caseText(each) ?? []);
  const others = cases.filter((each) => each.kind === 'suggestion' || caseText(each) === null).map(suggestionText);
  const head = `# First cases for ${oneLine(name, 80)}. What they expect was seen to hold: make it say what you need.
# docs/ASSERTIONS.md has every assertion. Values of answers are compared with \`equals\`, \`contains\` or \`snapshot\`.
server: ${scalar(name)}
`;
  const list = ready.length === 0 ? 'cases: []\n' : `cases:\n${ready.join('\n')}`;
  if (others.length === 0) return head + list;
  const how = ready.length === 0 ? 'Write `cases:` without the brackets, and take' : 'Take';
  return `${head}${list}
  # Suggestions. ${how} the marks away from what you want, and write arguments that are safe to use.

${others.join('\n')}`;
}

const toolName = label('the name of a tool');

/** null where the case would not be read back as it is: a text that YAML, or a reader of it, refuses or would change. */
function caseText({ written }: FirstCase): string | null {
  const { tool, args } = written;
  if (!toolName.safeParse(tool).success || JSON.stringify([tool, args]).includes('{{')) return null;
  const text = entry(written);
  try {
    return JSON.stringify(parse(text)) === JSON.stringify([written]) ? indented(text, '  ') : null;
  } catch {
    return null;
  }
}

function suggestionText({ written, note }: FirstCase): string {
  const lines = indented(entry({ ...written, tool: oneLine(written.tool, 200) }), '  # ');
  return `${comment(`${oneLine(written.tool, 80)}: ${note === '' ? 'its answer could not be written down.' : note}`, '  ')}${lines}`;
}

function entry(written: unknown): string {
  return stringify([written], { lineWidth: widest, version: '1.2', collectionStyle: 'any' });
}

function indented(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by).replace(/[ \t]+$/gm, '');
}

/** A foreign sentence as one line of comment. */
function comment(text: string, by: string): string {
  return `${by}# ${oneLine(text, 300)}\n`;
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
