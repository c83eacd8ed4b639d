import type { Finding, Protocol } from '../result/model.ts';
import type { Connection } from './connection.ts';
import { finding } from './finding.ts';
import type { Surface } from './model.ts';
import { type ListName, type PagedList, readPagedList } from './paged-list.ts';
import { isRecord, jsonBytes, quotable } from './text.ts';
import { readTools } from './tool-definition.ts';

const methodNotFound = -32601;
const maxItem = 1024 * 1024;

export interface SurfaceReading {
  readonly surface: Surface;
  readonly findings: readonly Finding[];
}

/**
 * Lists tools, prompts and resources, all pages, within `timeoutMs` for everything together. Prompts and resources are
 * asked for only where their capability was declared; tools always. What could not be listed is told by findings.
 */
export async function readSurface(
  connection: Connection,
  protocol: Protocol,
  timeoutMs: number,
): Promise<SurfaceReading> {
  const deadline = performance.now() + timeoutMs;
  const findings: Finding[] = [];
  const declared = isRecord(protocol.capabilities) ? protocol.capabilities : {};
  const read = async (name: ListName): Promise<readonly unknown[]> => {
    const list = await readPagedList(name, (params) => {
      const left = deadline - performance.now();
      return left <= 0 ? Promise.resolve({ kind: 'timeout' }) : connection.request(`${name}/list`, params, left);
    });
    findings.push(...list.findings, ...refusalFindings(name, list, declared));
    if (name === 'tools' && list.refusal === null && !('tools' in declared)) findings.push(undeclaredTools());
    return list.items;
  };
  const { tools, findings: broken } = readTools(await read('tools'));
  findings.push(...broken);
  const prompts = 'prompts' in declared ? withoutHuge(await read('prompts'), 'prompt', findings) : [];
  const resources = 'resources' in declared ? withoutHuge(await read('resources'), 'resource', findings) : [];
  return { surface: { protocol, tools, prompts, resources }, findings };
}

function undeclaredTools(): Finding {
  const message =
    'tools/list is served, but the capability `tools` was not declared: clients that go by it see no tools.';
  return finding('capability-declared', 'medium', message);
}

function refusalFindings(name: ListName, { refusal, items }: PagedList, declared: object): Finding[] {
  if (refusal === null || refusal.kind === 'aborted' || refusal.kind === 'closed') return [];
  const read = items.length === 0 ? '' : ` after ${items.length} items`;
  if (refusal.kind === 'timeout') {
    const message = `${name}/list was not answered${read} before the start timeout passed.`;
    return [finding('list-answered', 'high', message, { subject: `list:${name}` })];
  }
  const said = `${refusal.code} "${quotable(refusal.message)}"`;
  if (name in declared && refusal.code === methodNotFound) {
    const message = `The capability \`${name}\` is declared, but ${name}/list is answered with ${said}.`;
    return [finding('capability-served', 'medium', message, { subject: `list:${name}` })];
  }
  if (name in declared) return [finding('list-answered', 'high', `${name}/list failed${read} with ${said}.`)];
  // Only tools are asked for undeclared; a server with prompts or resources alone may well refuse.
  if ('prompts' in declared || 'resources' in declared) return [];
  return [
    finding(
      'offers-something',
      'medium',
      `No tools, prompts or resources are declared, and tools/list failed with ${said}.`,
    ),
  ];
}

function withoutHuge(items: readonly unknown[], noun: string, findings: Finding[]): readonly unknown[] {
  const kept = items.filter((item) => jsonBytes(item) <= maxItem);
  const left = items.length - kept.length;
  if (left > 0) findings.push(finding('list-item-size', 'medium', `${left} ${noun}s larger than 1 MiB were left out.`));
  return kept;
}
