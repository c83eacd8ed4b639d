import type { Finding, ToolResult } from '../result/model.ts';
import { finding } from './finding.ts';
import { cut, isRecord, jsonBytes, kindOf, quotable } from './text.ts';

const maxDefinition = 1024 * 1024;
const maxShownName = 200;
const maxFindings = 100;

/**
 * Turns the items of `tools/list` into results, in their order. A definition that no client can call by is `failed`
 * with its problems and leaves the others alone; of several tools with one name the first is kept as it is.
 */
export function readTools(items: readonly unknown[]): { tools: ToolResult[]; findings: Finding[] } {
  const names = new Set<string>();
  const tools = items.map((item) => readTool(item, names));
  const broken = tools.map((tool, index) => ({ tool, index })).filter(({ tool }) => tool.state === 'failed');
  const findings = broken.slice(0, maxFindings).map(({ tool, index }) => {
    const subject = `tool:${tool.name === '' ? `#${index + 1}` : cut(tool.name, maxShownName)}`;
    return finding('tool-definition', 'high', `The definition is broken: ${tool.problems.join('; ')}.`, { subject });
  });
  if (broken.length > maxFindings) {
    const message = `${broken.length - maxFindings} more tools have broken definitions.`;
    findings.push(finding('tool-definition', 'high', message));
  }
  return { tools, findings };
}

function readTool(item: unknown, names: Set<string>): ToolResult {
  if (!isRecord(item)) return nameless(`it is ${kindOf(item)} instead of an object`);
  const bytes = jsonBytes(item);
  const { name, title, description, inputSchema = null, outputSchema = null, annotations = null } = item;
  if (bytes > maxDefinition) {
    const problem = `it is ${bytes} bytes long, more than ${maxDefinition}, and was cut to its name`;
    return { ...nameless(problem), name: typeof name === 'string' ? cut(name, maxShownName) : '' };
  }
  const problems = [...nameProblems(name, names), ...schemaProblems(item), ...textProblems({ title, description })];
  return {
    name: typeof name === 'string' ? name : '',
    title: typeof title === 'string' ? title : null,
    description: typeof description === 'string' ? description : null,
    inputSchema,
    outputSchema,
    annotations,
    state: problems.length === 0 ? 'passed' : 'failed',
    problems,
  };
}

function nameless(problem: string): ToolResult {
  const nothing = { title: null, description: null, inputSchema: null, outputSchema: null, annotations: null };
  return { name: '', ...nothing, state: 'failed', problems: [problem] };
}

function nameProblems(name: unknown, names: Set<string>): string[] {
  if (typeof name !== 'string') return [`name is ${kindOf(name)} instead of a string`];
  if (name === '') return ['name is empty'];
  if (names.has(name)) return ['an earlier tool has the same name'];
  names.add(name);
  return [];
}

function schemaProblems({ inputSchema, outputSchema }: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  if (inputSchema === undefined) problems.push('inputSchema is missing');
  else if (!isRecord(inputSchema)) problems.push(`inputSchema is ${kindOf(inputSchema)} instead of an object`);
  else if (inputSchema['type'] !== 'object') {
    const type = inputSchema['type'];
    const shown =
      type === undefined ? 'no type at its root' : `the type ${quotable(JSON.stringify(type), 60)} at its root`;
    problems.push(`inputSchema has ${shown}; "object" was expected`);
  }
  if (outputSchema !== undefined && !isRecord(outputSchema)) {
    problems.push(`outputSchema is ${kindOf(outputSchema)} instead of an object`);
  }
  return problems;
}

function textProblems(texts: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(texts)
    .filter(([, text]) => text !== undefined && typeof text !== 'string')
    .map(([key, text]) => `${key} is ${kindOf(text)} instead of a string`);
}
