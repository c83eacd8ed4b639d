import { memoryPhrase, type Usage } from '../sandbox/usage.ts';
import { recordFindings, type ServerDraft } from './draft.ts';

/** What one instance of a server has used: the most of all instances counts, and limits that it met are findings. */
export function recordUsage(draft: ServerDraft, { peakMemory, memoryKills, refusedProcesses }: Usage): void {
  const { result, config } = draft;
  if (peakMemory !== null) result.peakMemory = Math.max(peakMemory, result.peakMemory ?? 0);
  const { memory, pids } = config.resources;
  const met: [string, string][] = [];
  if (memoryKills > 0) {
    met.push([
      'memory-limit',
      `It exceeded ${memoryPhrase(memory)}, and the kernel ended a process of it: raise \`resources.memory\`.`,
    ]);
  }
  if (refusedProcesses > 0) {
    met.push([
      'process-limit',
      `It wanted more than ${pids} processes and threads, and was refused: raise \`resources.pids\` where it needs them.`,
    ]);
  }
  recordFindings(
    draft,
    met.map(([check, message]) => ({ check, severity: 'medium', subject: 'server', message, location: null })),
  );
}
