import * as z from 'zod';
import type { CommandResult } from '../../process/run.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import { type BuildPlace, cachePath, isAbsent } from '../compiled/build-place.ts';

/** The Go of an image. */
export interface GoToolchain {
  /** Such as `1.24.1`. */
  readonly version: string;
  /** Whether there is a C compiler, for packages that are partly written in C. */
  readonly cgo: boolean;
}

export type FoundGo =
  | { readonly kind: 'found'; readonly go: GoToolchain }
  | { readonly kind: 'absent' }
  /** `reason` is a sentence. */
  | { readonly kind: 'infrastructure'; readonly reason: string };

/** What `go env -json` says. */
const Env = z.object({ GOVERSION: z.string().max(100), CGO_ENABLED: z.string().max(10), CC: z.string().max(1000) });

/**
 * Nothing that an image or a repository could set is left to chance: modules come from the gateway alone, no version
 * control and no other toolchain is started, and go.sum is binding. The checksum database has no say, since a module
 * that go.sum does not name is refused anyway.
 */
export function goEnvironment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    GOENV: 'off',
    GOTOOLCHAIN: 'local',
    GO111MODULE: 'on',
    GOVCS: '*:off',
    GOAUTH: 'off',
    GOSUMDB: 'off',
    GONOSUMDB: '',
    GOPRIVATE: '',
    GONOPROXY: 'none',
    GOINSECURE: '',
    GOPROXY: 'off',
    GOFLAGS: '',
    GOWORK: '',
    GOBIN: '',
    GOOS: '',
    GOARCH: '',
    GOEXPERIMENT: '',
    GODEBUG: '',
    GOPATH: cachePath,
    GOMODCACHE: `${cachePath}/mod`,
    GOCACHE: `${cachePath}/build`,
    GOTMPDIR: cachePath,
    ...more,
  };
}

/** Asks the image for its Go. Nothing of the repository is there. */
export async function findGo(place: BuildPlace): Promise<FoundGo> {
  const asked = await place.ask(['go', 'env', '-json', 'GOVERSION', 'CGO_ENABLED', 'CC'], askEnvironment);
  if (!asked.ok) return notFound(asked);
  const said = readEnv(asked.stdout);
  if (said === null) return { kind: 'absent' };
  const { GOVERSION, CGO_ENABLED, CC } = said;
  const version = GOVERSION.replace(/^go/u, '').split(' ')[0] ?? '';
  const cgo = CGO_ENABLED === '1' && (looksItself(version) || (await hasProgram(place, CC)));
  return { kind: 'found', go: { version, cgo } };
}

const askEnvironment = goEnvironment({
  GOPATH: '/tmp/go',
  GOMODCACHE: '/tmp/go/mod',
  GOCACHE: '/tmp/go/build',
  GOTMPDIR: '/tmp',
});

/** Since 1.20 Go switches C off by itself where there is no compiler (https://go.dev/doc/go1.20#cgo). */
function looksItself(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || minor >= 20;
}

/** @returns null for what Go does not say: some other program is called so */
function readEnv(stdout: string): z.infer<typeof Env> | null {
  try {
    return Env.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}

async function hasProgram(place: BuildPlace, command: string): Promise<boolean> {
  const [program = ''] = command.split(' ');
  return /^[\w./+-]+$/u.test(program) && (await place.ask([program, '--version'], {})).ok;
}

function notFound(asked: CommandResult): FoundGo {
  if (isAbsent(asked)) return { kind: 'absent' };
  const why = podmanFault(asked) ?? asked.stderr.trim().split('\n').at(-1) ?? 'no answer';
  return { kind: 'infrastructure', reason: `\`go env\` did not answer in the image: ${why}` };
}
