import { nothing, saying } from '../declaration.ts';
import type { Hint, ManifestFile, Reading } from '../declaration.ts';
import type { DeclaredIn } from '../model.ts';
import { textsOf } from '../values.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly line: number;
}

/** Reads what a Dockerfile says of the image that comes out: what it starts, its label, what it builds. */
export function readDockerfile(file: ManifestFile): Reading {
  const all = instructionsOf(file.text);
  const last = all.findLastIndex(({ name }) => name === 'FROM');
  if (last === -1) return nothing;
  const stage = all.slice(last);
  const entry = stage.findLast(({ name }) => name === 'ENTRYPOINT');
  const command = stage.findLast(({ name }) => name === 'CMD');
  const label = stage
    .map(({ rest, name }) => (name === 'LABEL' ? registryLabel(rest) : null))
    .find((one) => one !== null);
  const said = entry ?? command ?? stage[0];
  const by: DeclaredIn = {
    format: 'Dockerfile',
    file: file.path,
    line: said?.line ?? 1,
    column: 1,
    field: said?.name ?? 'FROM',
  };
  const declaration: Hint = {
    ...saying(by),
    kind: 'hint',
    registryName: label ?? null,
    command: [...wordsOf(entry?.rest ?? ''), ...wordsOf(command?.rest ?? '')],
    builds: all.flatMap(({ name, rest }) => (name === 'RUN' ? buildsOf(rest) : [])),
  };
  return { declarations: [declaration], findings: [], why: null };
}

const maxLines = 2000;
const maxInstruction = 20_000;

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: Instruction | null = null;
  for (const [index, raw] of text.split('\n', maxLines).entries()) {
    const line = raw.trim().slice(0, 4000);
    if (line.startsWith('#')) continue;
    const next: Instruction | null = open === null ? begun(line, index + 1) : continued(open, line);
    if (next === null) continue;
    const goesOn: boolean = next.rest.endsWith('\\') && next.rest.length < maxInstruction;
    open = goesOn ? { ...next, rest: next.rest.slice(0, -1) } : null;
    if (!goesOn) found.push(next);
  }
  return found;
}

function begun(line: string, number: number): Instruction | null {
  const [, name, rest = ''] = /^([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
  return name === undefined ? null : { name: name.toUpperCase(), rest, line: number };
}

function continued(open: Instruction, line: string): Instruction {
  return { ...open, rest: `${open.rest} ${line}` };
}

/** The exec form, or a plain line; nothing of one that needs a shell. */
function wordsOf(rest: string): readonly string[] {
  const text = rest.trim();
  if (text.startsWith('[')) {
    try {
      return textsOf(JSON.parse(text));
    } catch {
      return [];
    }
  }
  return /[|&;<>()`"'\\]/.test(text)
    ? []
    : text
        .split(/\s+/)
        .filter((word) => word !== '')
        .slice(0, 50);
}

function registryLabel(rest: string): string | null {
  return /io\.modelcontextprotocol\.server\.name["']?\s*[= ]\s*["']?([\w.-]+\/[\w.-]+)/.exec(rest)?.[1] ?? null;
}

/** `go build … ./cmd/x`, `dotnet publish x.csproj`. */
function buildsOf(rest: string): string[] {
  if (!/\b(?:go (?:build|install)|dotnet (?:build|publish))\b/.test(rest)) return [];
  return [...rest.matchAll(/(?:^|\s)(\.\/[\w./-]+|[\w./-]+\.csproj|[\w./-]*cmd\/[\w./-]+)(?=\s|$)/g)]
    .map(([, path]) => path ?? '')
    .slice(0, 20);
}
