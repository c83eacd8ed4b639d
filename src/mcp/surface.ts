import type { Finding, Protocol } from '../result/model.ts';
import { finding } from './finding.ts';
import type { Surface } from './model.ts';
import { listMethods, type ListName, type PagedList, readPagedList } from './paged-list.ts';
import type { Peer } from './peer.ts';
import { requestInRounds } from './rounds.ts';
import { isRecord, jsonBytes, quotable } from './text.ts';
import { readTools } from './tool-definition.ts';

const methodNotFound = -32601;
const maxItem = 1024 * 1024;

export interface SurfaceReading {
  readonly surface: Surface;
  readonly findings: readonly Finding[];
}

/**
 * Lists tools, prompts, resources and their templates, all pages, within `timeoutMs` for everything together. What is
 * not declared is not asked for, except tools, always. What could not be listed is told by findings.
 */
export async function readSurface(peer: Peer, protocol: Protocol, timeoutMs: number): Promise<SurfaceReading> {
  const deadline = performance.now() + timeoutMs;
  const findings: Finding[] = [];
  const declared = isRecord(protocol.capabilities) ? protocol.capabilities : {};
  const read = async (name: ListName): Promise<readonly unknown[]> => {
    const list = await readPagedList(name, { emptyCursorEnds: protocol.era === 'legacy' }, (params) => {
      const left = deadline - performance.now();
      if (left <= 0) return Promise.resolve({ kind: 'timeout' });
      return requestInRounds(peer, listMethods[name], params, { timeoutMs: left });
    });
    findings.push(...list.findings, ...refusalFindings(name, list, declared));
    if (name === 'tools' && list.refusal === null && !('tools' in declared)) findings.push(undeclaredTools());
    return list.items;
  };
  const { tools, findings: broken } = readTools(await read('tools'));
  findings.push(...broken);
  const prompts = 'prompts' in declared ? withoutHuge(await read('prompts'), 'prompt', findings) : [];
  const resources = 'resources' in declared ? withoutHuge(await read('resources'), 'resource', findings) : [];
  const templates = 'resources' in declared ? await read('resourceTemplates') : [];
  const resourceTemplates = withoutHuge(templates, 'resource template', findings);
  return { surface: { protocol, tools, prompts, resources, resourceTemplates }, findings };
}

function undeclaredTools(): Finding {
  const message =
    'tools/list is served, but the capability `tools` was not declared: clients that go by it see no tools.';
  return finding('capability-declared', 'medium', message);
}

function refusalFindings(name: ListName, { refusal, items }: PagedList, declared: object): Finding[] {
  if (refusal === null || refusal.kind === 'aborted' || refusal.kind === 'closed' || refusal.kind === 'lost') return [];
  const method = listMethods[name];
  const subject = { subject: `list:${name}` };
  const read = items.length === 0 ? '' : ` after ${items.length} items`;
  if (refusal.kind === 'timeout') {
    const message = `${method} was not answered${read} before the start timeout passed.`;
    return [finding('list-answered', 'high', message, subject)];
  }
  if (refusal.kind === 'failed') {
    return [finding('list-answered', 'high', `${method} failed${read}: ${refusal.failure.found}.`, subject)];
  }
  // Resources without templates are common, and many servers then do not know the method.
  if (name === 'resourceTemplates' && refusal.code === methodNotFound) return [];
  // What is no JSON-RPC answer has our sentence as its message; a server may use that code for one of its own.
  if (refusal.code === 0) {
    return [finding('list-answered', 'high', `${method} failed${read}: ${quotable(refusal.message, 400)}`, subject)];
  }
  const said = `${refusal.code} "${quotable(refusal.message)}"`;
  const isDeclared = name === 'resourceTemplates' || name in declared;
  if (isDeclared && refusal.code === methodNotFound) {
    const message = `The capability \`${name}\` is declared, but ${method} is answered with ${said}.`;
    return [finding('capability-served', 'medium', message, subject)];
  }
  if (isDeclared) return [finding('list-answered', 'high', `${method} failed${read} with ${said}.`, subject)];
  // Only tools are asked for undeclared; a server with prompts or resources alone may well refuse.
  if ('prompts' in declared || 'resources' in declared) return [];
  const message = `No tools, prompts or resources are declared, and ${method} failed with ${said}.`;
  return [finding('offers-something', 'medium', message)];
}

function withoutHuge(items: readonly unknown[], noun: string, findings: Finding[]): readonly unknown[] {
  const kept = items.filter((item) => jsonBytes(item) <= maxItem);
  const left = items.length - kept.length;
  if (left > 0) findings.push(finding('list-item-size', 'medium', `${left} ${noun}s larger than 1 MiB were left out.`));
  return kept;
}
