import { posix } from 'node:path';
import type { ServerConfig } from '../../config/model.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import type { PreparedImage } from '../../sandbox/sandbox.ts';
import { BuildPlace, cachePath, isAbsent } from '../compiled/build-place.ts';
import { type CompiledContext, CompiledInstall, type CompiledOrigin, type Tell } from '../compiled/compiled-install.ts';
import { folderHolding } from '../folders.ts';
import { type InstallResult, treePath } from '../model.ts';
import { CrateMirror, indexAddress } from './crate-index.ts';
import { type CargoBuild, foreignSource, noBuilds, noCargo, noLock, tellCargo } from './sentences.ts';

/** History, with its credentials. */
const leftOut = new Set(['.git']);

/**
 * Cargo and rustup look for settings from the current folder upwards, so they are started outside of the repository:
 * it neither redirects what is fetched (`[source]`), nor has programs of its own started for that (`build.rustc`,
 * credential providers, toolchains). Its build has its settings, and may run what it likes anyway.
 */
const workdir = cachePath;

const environment: Readonly<Record<string, string>> = {
  CARGO_HOME: `${cachePath}/cargo`,
  CARGO_TARGET_DIR: `${cachePath}/target`,
  CARGO_TERM_COLOR: 'never',
  CARGO_TERM_PROGRESS_WHEN: 'never',
  CARGO_NET_GIT_FETCH_WITH_CLI: 'false',
  CARGO_NET_RETRY: '0',
  TMPDIR: '/tmp',
};

/**
 * Compiles a server with the Rust of its image: crates as Cargo.lock names them, from `vendor` or from the crate index;
 * the build itself, which runs code of theirs, without network. @throws PodmanFailed, RegistryFault
 */
export async function installCargoCheckout(
  context: CompiledContext,
  server: ServerConfig,
  origin: CompiledOrigin,
  image: PreparedImage,
): Promise<InstallResult> {
  const place = await BuildPlace.make(context, server, image);
  try {
    return await compile(context, server, origin, place);
  } finally {
    await place.removeCache();
  }
}

async function compile(
  context: CompiledContext,
  server: ServerConfig,
  origin: CompiledOrigin,
  place: BuildPlace,
): Promise<InstallResult> {
  const { checkout, found } = origin;
  const { start, folder } = found;
  if (start.kind !== 'cargo') throw new Error('this server is not one of Rust');
  const install = new CompiledInstall(context, server, origin, place, start.bin);
  if (server.installScripts === 'never') return install.failed(noBuilds);
  const lockFolder = folderHolding(checkout, 'Cargo.lock', folder);
  if (lockFolder === null) return install.failed(noLock(folder));
  const vendor = posix.join(lockFolder, 'vendor');
  const vendored = checkout.files.some(
    ({ path }) => path.startsWith(`${vendor}/`) && path.endsWith('/.cargo-checksum.json'),
  );
  const lock = (await checkout.text(posix.join(lockFolder, 'Cargo.lock'))) ?? '';
  // What is vendored, the repository's own configuration puts in place of whatever it was.
  const foreign = vendored ? null : foreignSource(lock);
  if (foreign !== null) return install.failed(foreign);
  const asked = await place.ask(['cargo', '--version'], { CARGO_HOME: '/tmp/cargo' });
  if (isAbsent(asked)) return install.failed(noCargo(place.image.given));
  const version = /^cargo (\S+)/u.exec(asked.stdout)?.[1];
  if (version === undefined) return noAnswer(install, asked, place.image.given);
  const refused = await install.copyIn(leftOut);
  if (refused !== null) return refused;
  const build: CargoBuild = { image: place.image.given, version, bin: start.bin, folder };
  const source = vendored
    ? `directory=${JSON.stringify(posix.join(treePath, vendor))}`
    : `registry=${JSON.stringify(indexAddress)}`;
  const settings = [
    '--config',
    'source.crates-io.replace-with="mcp-workflow"',
    '--config',
    `source.mcp-workflow.${source}`,
  ];
  // Also where nothing is to be fetched: Cargo then says whether the lock fits.
  const fetched = vendored ? null : await fetchCrates(context, install, build, settings);
  if (fetched !== null && 'kind' in fetched) return fetched;
  install.progress(`building ${start.bin} with Cargo ${version} without network`);
  const root = posix.dirname(posix.dirname(install.program));
  const which = ['install', '--path', install.workdir, '--bin', start.bin];
  const how = ['--root', root, '--no-track', '--locked', '--offline', ...settings];
  const request = { command: ['cargo', ...which, ...how], env: environment, workdir };
  const built = await install.build(request, (output, code) => tellCargo(output, 'build', build, code));
  if ('kind' in built) return built;
  const compiled = { args: start.args, tools: { cargo: version }, fetchMs: fetched?.durationMs ?? 0, built };
  return install.finish(compiled, `${start.bin} was built, and no program came of it.`);
}

async function fetchCrates(
  { upstream: index }: CompiledContext,
  install: CompiledInstall,
  build: CargoBuild,
  settings: readonly string[],
): ReturnType<CompiledInstall['fetch']> {
  const upstream = await index();
  const { host } = upstream.index.url;
  install.progress(`fetching the crates of ${build.bin} from ${host}`);
  const manifest = posix.join(install.workdir, 'Cargo.toml');
  const command = ['cargo', 'fetch', '--manifest-path', manifest, '--locked', ...settings];
  const request = { command, env: environment, workdir };
  const tell: Tell = (output, code) => tellCargo(output, 'fetch of the crates', { ...build, host }, code);
  return install.fetch(request, upstream, new CrateMirror(upstream), { from: 'crate index', tell });
}

function noAnswer(install: CompiledInstall, asked: Parameters<typeof isAbsent>[0], image: string): InstallResult {
  const fault = podmanFault(asked);
  if (fault !== null) return { kind: 'infrastructure', reason: fault };
  const said = asked.stderr.trim().split('\n').at(-1) ?? '';
  return install.failed(
    `The image ${image} has a \`cargo\` that does not say its version: ${said.slice(0, 300)}`,
    asked,
  );
}
