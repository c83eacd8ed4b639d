import { splitArguments } from './arguments.ts';

/** What a command line starts, as far as one can tell without running it. Paths are as written. */
export type Started =
  | {
      readonly kind: 'npm' | 'pypi' | 'nuget';
      readonly name: string;
      readonly version: string | null;
      readonly rest: readonly string[];
    }
  | { readonly kind: 'image'; readonly name: string; readonly rest: readonly string[] }
  | { readonly kind: 'file'; readonly path: string; readonly rest: readonly string[] }
  | {
      readonly kind: 'script' | 'module' | 'program';
      readonly name: string;
      readonly folder: string | null;
      readonly rest: readonly string[];
    }
  | { readonly kind: 'go' | 'cargo' | 'dotnet'; readonly target: string; readonly rest: readonly string[] };

/**
 * Looks through the launcher (`npx -y`, `uvx --from`, `docker run -i`) at what it launches.
 *
 * @returns null where nothing can be told
 */
export function startedBy(words: readonly string[]): Started | null {
  const [program = '', ...rest] = words;
  const name = (program.split(/[/\\]/).at(-1) ?? '').replace(/\.(?:exe|cmd)$/, '');
  if (name === 'env') return startedBy(rest.filter((word) => !/^[A-Za-z_]\w*=/.test(word)));
  if (name === 'cmd' && rest[0]?.toLowerCase() === '/c') return startedBy(rest.slice(1));
  if (['npx', 'bunx', 'pnpx'].includes(name)) return npm(rest);
  if (['pnpm', 'yarn', 'npm', 'bun'].includes(name) && ['dlx', 'exec', 'x'].includes(rest[0] ?? ''))
    return npm(rest.slice(1));
  if (['uvx', 'pipx'].includes(name)) return pypi(rest[0] === 'run' ? rest.slice(1) : rest);
  if (name === 'uv' && rest[0] === 'tool') return pypi(rest.slice(2));
  if (name === 'uv' || name === 'poetry' || name === 'hatch' || name === 'pdm') return run(rest);
  if (['docker', 'podman'].includes(name)) return image(rest);
  if (name === 'dnx') return packaged('nuget', rest);
  return other(name, program, rest);
}

function other(name: string, program: string, rest: readonly string[]): Started | null {
  if (/^(?:node|bun|deno|tsx|ts-node)$/.test(name)) return fileAfter(rest.filter((word) => word !== 'run'));
  if (/^(?:python|py|pypy)[\d.]*$/.test(name)) return python(rest);
  if (name === 'fastmcp' && rest[0] === 'run') return fileAfter(rest.slice(1).map((word) => word.replace(/:\w+$/, '')));
  if (name === 'go' && rest[0] === 'run') return built('go', rest.slice(1), rest[1]);
  if (name === 'cargo' && rest[0] === 'run')
    return built('cargo', rest.slice(1), valueOf(rest, '--bin') ?? valueOf(rest, '-p') ?? '');
  if (name === 'dotnet' && rest[0] === 'run') return built('dotnet', rest.slice(1), valueOf(rest, '--project') ?? '.');
  if (name === '') return null;
  if (/[/\\]/.test(program)) return { kind: 'file', path: program, rest: splitArguments(rest).fixed };
  return { kind: 'program', name, folder: null, rest: splitArguments(rest).fixed };
}

function valueOf(words: readonly string[], flag: string): string | null {
  const index = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (index === -1) return null;
  const word = words[index] ?? '';
  return word === flag ? (words[index + 1] ?? null) : word.slice(flag.length + 1);
}

function npm(words: readonly string[]): Started | null {
  const named = valueOf(words, '--package') ?? valueOf(words, '-p');
  const rest = words.filter((_, index) => !['--package', '-p'].includes(words[index - 1] ?? ''));
  return packaged('npm', named === null ? rest : [named, ...rest.filter((word) => !word.startsWith('-')).slice(1)]);
}

const uvValues = new Set([
  '--with',
  '--python',
  '-p',
  '--index-url',
  '--index',
  '--extra-index-url',
  '--refresh-package',
  '--env-file',
]);

function pypi(words: readonly string[]): Started | null {
  const from = valueOf(words, '--from') ?? valueOf(words, '--spec');
  const plain = words.filter(
    (_, index) => !uvValues.has(words[index - 1] ?? '') && !['--from', '--spec'].includes(words[index - 1] ?? ''),
  );
  return packaged('pypi', from === null ? plain : [from, ...afterFlags(plain).slice(1)]);
}

function packaged(kind: 'npm' | 'pypi' | 'nuget', words: readonly string[]): Started | null {
  const [spec, ...rest] = afterFlags(words);
  if (spec === undefined) return null;
  const fixed = splitArguments(rest.filter((word) => word !== '--')).fixed;
  const [, name = spec, version = null] =
    kind === 'pypi'
      ? (/^([\w.-]+)(?:\[[^\]]*\])?(?:(?:@|==)(.+))?/.exec(spec) ?? [])
      : (/^(@?[^@]+)(?:@(.+))?$/.exec(spec) ?? []);
  return { kind, name, version, rest: fixed };
}

function afterFlags(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !word.startsWith('-'));
  return first === -1 ? [] : words.slice(first);
}

function run(words: readonly string[]): Started | null {
  const folder = valueOf(words, '--directory') ?? valueOf(words, '--project');
  const after = words.slice(words.indexOf('run') + 1);
  const taking = new Set([...uvValues, '--directory', '--project', '--extra', '--group']);
  const plain = after.filter((_, index) => !taking.has(after[index - 1] ?? ''));
  const [name, ...rest] = afterFlags(plain);
  if (words.indexOf('run') === -1 || name === undefined) return null;
  const inner = name.endsWith('.py') ? fileAfter([name, ...rest]) : other(name, name, rest);
  if (inner === null) return null;
  if (inner.kind === 'file') return folder === null ? inner : { ...inner, path: `${folder}/${inner.path}` };
  if (inner.kind === 'program') return { ...inner, kind: 'script', folder };
  return inner.kind === 'module' ? { ...inner, folder } : inner;
}

function python(words: readonly string[]): Started | null {
  const module = valueOf(words, '-m');
  if (module === null) return fileAfter(words);
  return {
    kind: 'module',
    name: module,
    folder: null,
    rest: splitArguments(words.slice(words.indexOf('-m') + 2)).fixed,
  };
}

function fileAfter(words: readonly string[]): Started | null {
  const [path, ...rest] = afterFlags(words);
  return path === undefined ? null : { kind: 'file', path, rest: splitArguments(rest).fixed };
}

function built(kind: 'go' | 'cargo' | 'dotnet', words: readonly string[], target: string | undefined): Started | null {
  if (target === undefined) return null;
  const separator = words.indexOf('--');
  const rest = separator === -1 ? (kind === 'go' ? words.slice(1) : []) : words.slice(separator + 1);
  return { kind, target, rest: splitArguments(rest).fixed };
}

/** Flags of `docker run` that stand alone; all others take a value. */
const switches = /^(?:-[itd]+|--rm|--init|--interactive|--tty|--detach|--privileged|--read-only|--[\w-]+=.*)$/;

function image(words: readonly string[]): Started | null {
  const after = words.slice(words.indexOf('run') + 1);
  let index = 0;
  while (after[index]?.startsWith('-') === true) index += switches.test(after[index] ?? '') ? 1 : 2;
  const name = after[index];
  if (words.indexOf('run') === -1 || name === undefined) return null;
  return { kind: 'image', name, rest: splitArguments(after.slice(index + 1)).fixed };
}
