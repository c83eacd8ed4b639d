import type { Told } from '../compiled/compiled-install.ts';

/** What is known beside what Cargo printed. */
export interface CargoBuild {
  readonly image: string;
  /** Of Cargo. */
  readonly version: string;
  readonly bin: string;
  /** Of the project in the repository. */
  readonly folder: string;
  /** Of the crate index, where it was asked. */
  readonly host?: string;
}

type Cause = readonly [RegExp, (found: readonly (string | undefined)[], build: CargoBuild) => string];

/** What Cargo says where it does not go on, first match; all else is the code that does not compile. */
const causes: readonly Cause[] = [
  [
    /checksum for `([^`]+)` changed between lock files|failed to verify the checksum of `([^`]+)`|listed checksum of `[^`]*\/vendor\/([^/`]+)/u,
    ([one, other, vendored]) =>
      `${one ?? other ?? vendored ?? 'A crate'} is not what ${vendored === undefined ? 'Cargo.lock' : '`vendor`'} records, so it must not be trusted.`,
  ],
  [
    /lock file \S* ?needs to be updated but --locked was passed|cannot (?:update|create) the lock file/u,
    (_, { folder }) =>
      `Cargo.lock does not fit ${inFolder(folder, 'Cargo.toml')}: run \`cargo update --workspace\`, and commit it.`,
  ],
  [
    /lock file version [`"]?\d+[`"]? (?:requires|was found)/u,
    (_, { image, version }) =>
      `Cargo.lock was written by a later Cargo than the ${version} of ${image}: name an image with a later Rust, such as docker.io/library/rust:1.`,
  ],
  [/requires rustc ([\d.]+)/u, ([wanted = ''], build) => tooOld(wanted, build)],
  [
    /rustc [\d.]+ is not supported by the following|the Cargo feature called `edition20\d\d`|feature `edition20\d\d` is required|this version of Cargo is older than the/u,
    (_, build) => tooOld('', build),
  ],
  [
    /no matching package named `([^`]+)` found|failed to select a version for the requirement `([^` ]+)|failed to download from `[^`]*\/crates\/([^/`]+)\//u,
    ([one, other, third], { host }) =>
      `${one ?? other ?? third ?? 'A crate'} is not in the crate index${host === undefined ? '' : ` ${host}`} as Cargo.lock names it: publish it there, or commit \`vendor\` (\`cargo vendor\`).`,
  ],
  [
    /linker `([^`]+)` not found|failed to find tool "([\w+.-]+)"/u,
    ([one, other], { image }) =>
      `It needs the program ${one ?? other ?? 'cc'}, which ${image} does not have: name an image that has it, such as docker.io/library/rust:1.`,
  ],
  [
    /target `[^`]+` in package `[^`]+` requires the features: (`[^\n]+`)/u,
    ([features = ''], { bin, folder }) =>
      `The program \`${bin}\` of ${inFolder(folder, 'Cargo.toml')} is built only with the features ${features}, which are not on by default: add them to \`default\` there, or list the image that it is published as.`,
  ],
  [
    /no bin target named|none of the package's binaries are available/u,
    (_, { bin, folder }) => `${inFolder(folder, 'Cargo.toml')} has no program \`${bin}\`: see its \`[[bin]]\`.`,
  ],
];

/** @param output of Cargo, both streams. @param what it did: `build` */
export function tellCargo(output: string, what: string, build: CargoBuild, exitCode: number | null): Told {
  for (const [pattern, tell] of causes) {
    const found = pattern.exec(output);
    if (found !== null) return { outcome: 'install_failed', advice: tell(found.slice(1), build) };
  }
  const { bin, image, version } = build;
  return {
    outcome: 'install_failed',
    advice: `The ${what} of ${bin} failed with exit code ${exitCode} in ${image} (Cargo ${version}): its last lines say why; there is no network in a build.`,
  };
}

/** @param lock the text of Cargo.lock. @returns a sentence where it names what is not fetched here, else null */
export function foreignSource(lock: string): string | null {
  const known =
    /^(?:registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io\/)$/u;
  for (const [, name = '', source = ''] of lock.matchAll(
    /^name = "([^"\n]+)"\nversion = "[^"\n]*"\nsource = "([^"\n]+)"/gmu,
  )) {
    if (known.test(source)) continue;
    const from = source.startsWith('git+') ? 'a git repository' : 'another registry';
    return `${name} comes from ${from} (${source.slice(0, 200)}), and only crates.io is asked: publish it there, or commit \`vendor\` (\`cargo vendor\`).`;
  }
  return null;
}

export const noCargo = (image: string) =>
  `It is written in Rust, and the image ${image} has no \`cargo\` on its PATH: name one that has, such as docker.io/library/rust:1.`;

/** Of a server without an image of its own: the beginning of a sentence. */
export const needsRustImage =
  'It is written in Rust, and Rust servers are built only in an image that has Rust: name one (`image: docker.io/library/rust:1`), or';

export const noBuilds =
  'A build of Rust runs code of the packages that it is made of, and `installScripts` is `never`: allow `sandboxed`, or list the image that it is published as.';

export function noLock(folder: string): string {
  return `${inFolder(folder, 'Cargo.lock')} is not in the repository, so that nobody could say which crates are the right ones: commit it.`;
}

/** @param wanted empty where Cargo does not say it */
function tooOld(wanted: string, { image, version }: CargoBuild): string {
  const what = wanted === '' ? 'a later Rust' : `Rust ${wanted}`;
  const name = wanted === '' ? '1' : wanted.split('.').slice(0, 2).join('.');
  return `It asks for ${what}, and ${image} has ${version}: name an image that has it, such as docker.io/library/rust:${name}.`;
}

function inFolder(folder: string, file: string): string {
  return folder === '.' ? file : `${folder}/${file}`;
}
