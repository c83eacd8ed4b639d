import type { Told } from '../compiled/compiled-install.ts';
import type { GoToolchain } from './toolchain.ts';

/** What is known beside what Go printed. */
export interface GoBuild {
  readonly image: string;
  /** Its `cgo` is whether C is compiled in this build. */
  readonly go: GoToolchain;
  /** false: C is left out whatever the image has. */
  readonly allowsC: boolean;
  /** Of the module proxy, where it was asked. */
  readonly host?: string;
  /** The package that was to be built, such as `./cmd/server`. */
  readonly main: string;
  /** Its folder in the repository. */
  readonly folder: string;
}

type Cause = readonly [RegExp, (found: readonly (string | undefined)[], build: GoBuild) => Told];

/** What Go says where it does not go on, first match; all else is the code that does not compile. */
const causes: readonly Cause[] = [
  [/requires go >= ([\w.]+)/u, ([wanted = ''], build) => failed(tooOld(wanted, build))],
  [/module requires Go ([\w.]+)/u, ([wanted = ''], build) => failed(tooOld(wanted, build))],
  [
    /invalid go version '([\w.]+)': must match format|unknown (?:directive|block type): (?:toolchain|tool|godebug|ignore)\b/u,
    ([wanted = ''], build) => failed(tooOld(wanted, build)),
  ],
  [
    /(?:verifying|checksum mismatch)[^]*?(?:SECURITY ERROR|checksum mismatch)/u,
    (_, build) =>
      failed(
        `A module is not what ${inFolder(build, 'go.sum')} records, so it must not be trusted; if its author has replaced a version, say so there with \`go mod tidy\`.`,
      ),
  ],
  [
    /missing go\.sum entry for module providing package ([^\s;:]+)|([^\s:@]+)@[^\s:]+: missing go\.sum entry/u,
    ([one, other = ''], build) => failed(noSum(one ?? other, build)),
  ],
  [/missing go\.sum entry/u, (_, build) => failed(noSum('', build))],
  [
    /(?:updates to go\.(?:mod|sum|work) needed|go: updating go\.mod: existing contents have changed)/u,
    (_, build) =>
      failed(`${inFolder(build, 'go.mod')} does not fit the code: run \`go mod tidy\` there, and commit what changes.`),
  ],
  [
    /inconsistent vendoring/u,
    (_, build) =>
      failed(`The folder \`vendor\` does not fit ${inFolder(build, 'go.mod')}: run \`go mod vendor\`, and commit it.`),
  ],
  [
    /([\w.~/!-]+(?:@[\w.+!-]+)?): reading http:\/\/127\.0\.0\.1[^\n]*?: (?:404|410)\b/u,
    ([module = ''], build) =>
      failed(
        `${module} is not on the module proxy${build.host === undefined ? '' : ` ${build.host}`}, and nothing is fetched from repositories: name a proxy that has it in GOPROXY, or commit \`vendor\` (\`go mod vendor\`).`,
      ),
  ],
  [
    /no required module provides package ([^\s;:]+)/u,
    ([name = ''], build) =>
      failed(`${name} is imported, and ${inFolder(build, 'go.mod')} names no module that has it: run \`go mod tidy\`.`),
  ],
  [/no main packages to build|requires exactly one main package/u, (_, build) => failed(notMain(build))],
  [
    /build constraints exclude all Go files in/u,
    (_, build) => ({
      outcome: 'unsupported_platform',
      advice: `${build.main} has no code for this system (linux/${process.arch}), or only such as needs C${build.go.cgo || !build.allowsC ? '' : `, and ${build.image} has no C compiler`}.`,
    }),
  ],
  [
    /C compiler "?([\w./+-]+)"? not found|exec: "(?:gcc|cc|clang|pkg-config)": executable file not found/u,
    (_, build) =>
      failed(
        `It is partly written in C, and ${build.image} has no C compiler: name an image that has one, such as docker.io/library/golang:1.`,
      ),
  ],
  [
    /cannot find (?:main module|package)|no Go files in|directory not found|is not (?:a|in) (?:main|std)/u,
    (_, build) =>
      failed(
        `${build.main}, which is what \`discover\` found to start, is no package of ${inFolder(build, 'go.mod')} that can be built.`,
      ),
  ],
];

export function notMain({ main }: GoBuild): string {
  return `${main} is no program: there is no \`package main\` in it.`;
}

/** @param output of Go, both streams. @param what it did: `fetch of modules`, `build` */
export function tellGo(output: string, what: string, build: GoBuild, exitCode: number | null): Told {
  for (const [pattern, tell] of causes) {
    const found = pattern.exec(output);
    if (found !== null) return tell(found.slice(1), build);
  }
  const without = build.go.cgo ? '' : `, without C${build.allowsC ? `, for which ${build.image} has no compiler` : ''}`;
  return failed(
    `The ${what} of ${build.main} failed with exit code ${exitCode} in ${build.image} (Go ${build.go.version}${without}): its last lines say why; there is no network in a build.`,
  );
}

export const noGo = (image: string) =>
  `It is written in Go, and the image ${image} has no \`go\` on its PATH: name one that has, such as docker.io/library/golang:1.`;

/** Of a server without an image of its own: the beginning of a sentence. */
export const needsGoImage =
  'It is written in Go, and Go servers are built only in an image that has Go: name one (`image: docker.io/library/golang:1`), or';

function failed(advice: string): Told {
  return { outcome: 'install_failed', advice };
}

function tooOld(wanted: string, { image, go, ...build }: GoBuild): string {
  const what = wanted === '' ? 'a later Go' : `Go ${wanted}`;
  const version = wanted === '' ? '1' : wanted.split('.').slice(0, 2).join('.');
  return `${inFolder(build, 'go.mod')} asks for ${what}, and ${image} has ${go.version}: name an image that has it, such as docker.io/library/golang:${version}.`;
}

function noSum(module: string, build: GoBuild): string {
  const which = module === '' ? 'a module that is needed' : module;
  return `${inFolder(build, 'go.sum')} does not name ${which}, so that nobody could say whether it is the right one: run \`go mod tidy\`, and commit go.sum.`;
}

function inFolder({ folder }: Pick<GoBuild, 'folder'>, file: string): string {
  return folder === '.' ? file : `${folder}/${file}`;
}
