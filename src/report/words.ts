import type { CaseResult, Conclusion, Counts, Location, ServerResult, State } from '../result/model.ts';

/** The few marks that a job summary shows. */
export const stateMark: Readonly<Record<State, string>> = { passed: '✅', failed: '❌', error: '⚠️', skipped: '⏭️' };
export const conclusionMark: Readonly<Record<Conclusion, string>> = {
  passed: '✅',
  failed: '❌',
  error: '⚠️',
  incomplete: '⚠️',
};

/** What a report shows where there is no value. */
export const none = '–';

/** @param ms milliseconds @returns for example `350 ms`, `1.2 s`, `2 min 5 s`, `1 h 2 min` */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** @param bytes a size @returns for example `12 B`, `3.4 MiB` */
export function size(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** @returns for example `1 case`, `2 cases` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** @returns `file:line`, with `precise` `file:line:column`; just the file where the line is not known (0) */
export function place(location: Location, precise: boolean): string {
  if (location.line === 0) return location.file;
  const line = `${location.file}:${location.line}`;
  return precise && location.column > 0 ? `${line}:${location.column}` : line;
}

/** @returns the version of what was tested: of the package, else what the server says of itself, else null */
export function versionOf(server: ServerResult): string | null {
  return server.source.resolved?.version ?? textField(server.protocol?.serverInfo, 'version');
}

/** @returns the string at `key` of an object of unknown shape, or null */
export function textField(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const field: unknown = Reflect.get(value, key);
  return typeof field === 'string' ? field : null;
}

/** @returns the revision with its era, for example `2025-11-25 (legacy)`, a foreign text; null without a session */
export function protocolOf({ protocol }: ServerResult): string | null {
  return protocol === null ? null : `${protocol.revision} (${protocol.era})`;
}

const otherRequests = /^(prompt|resource|list|completion) /;

/** @returns what a case asks first, in two parts: `tool` and its name, or `prompt`, `resource`, `list` and so on */
export function requestOf({ tool }: CaseResult): { readonly kind: string; readonly name: string } {
  const kind = otherRequests.exec(tool)?.[1];
  return kind === undefined ? { kind: 'tool', name: tool } : { kind, name: tool.slice(kind.length + 1) };
}

/** @returns for example `9 of 10 passed, 8 needed`; null for a case that ran once */
export function repeatText({ repeat }: CaseResult): string | null {
  return repeat === null ? null : `${repeat.passed} of ${repeat.times} passed, ${repeat.required} needed`;
}

/** @returns whether a reader must be told which step of the case something belongs to */
export function hasSteps({ attempts, assertions }: CaseResult): boolean {
  const [first] = [...attempts, ...assertions];
  return [...attempts, ...assertions].some(({ step }) => step !== first?.step);
}

/** @returns milliseconds that all phases of a server took together */
export function totalMs(server: ServerResult): number {
  return Object.values(server.timings).reduce((sum, ms) => sum + ms, 0);
}

export function passedOf(server: ServerResult): string {
  const passed = server.cases.filter((each) => each.state === 'passed').length;
  return `${passed}/${server.cases.length}`;
}

/** @returns for example `13 tools · findings: 1 high, 2 low` */
export function toolsAndFindings(counts: Counts): string {
  const found = Object.entries(counts.findings).filter(([, count]) => count > 0);
  const findings = found.map(([severity, count]) => `${count} ${severity}`).join(', ');
  return `${plural(counts.tools, 'tool')} · findings: ${findings || 'none'}`;
}

export function sumOf(byState: Counts['cases']): number {
  return byState.passed + byState.failed + byState.error + byState.skipped;
}
