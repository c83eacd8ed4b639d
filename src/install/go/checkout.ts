import { posix } from 'node:path';
import type { Checkout } from '../../checkout/model.ts';
import type { ServerConfig } from '../../config/model.ts';
import type { PreparedImage } from '../../sandbox/sandbox.ts';
import { BuildPlace } from '../compiled/build-place.ts';
import { type CompiledContext, CompiledInstall, type CompiledOrigin, type Tell } from '../compiled/compiled-install.ts';
import { gatewayAddress } from '../compiled/gateway-port.ts';
import { folderHolding } from '../folders.ts';
import type { InstallResult } from '../model.ts';
import { moduleMirror } from './module-proxy.ts';
import { type GoBuild, noGo, notMain, tellGo } from './sentences.ts';
import { findGo, goEnvironment } from './toolchain.ts';

/** Histories: they hold credentials, and Go would start their programs to stamp the build. */
const leftOut = new Set(['.git', '.hg', '.svn', '.bzr', '.jj', '.fslckout', '_FOSSIL_']);

/**
 * Compiles a server with the Go of its image: modules from `vendor` or, as go.sum names them, from the module proxy;
 * the build itself without network. @throws PodmanFailed, RegistryFault
 */
export async function installGoCheckout(
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
  if (start.kind !== 'go') throw new Error('this server is not one of Go');
  const install = new CompiledInstall(context, server, origin, place, found.name);
  const toolchain = await findGo(place);
  if (toolchain.kind === 'absent') return install.failed(noGo(place.image.given));
  if (toolchain.kind === 'infrastructure') return toolchain;
  const refused = await install.copyIn(leftOut);
  if (refused !== null) return refused;
  const { go } = toolchain;
  const vendored = isVendored(checkout, folder);
  // Compilers of C take options from the sources; where nothing of a repository may decide what runs, they stay off.
  const allowsC = server.installScripts !== 'never';
  const cgo = go.cgo && allowsC;
  const env = { GOFLAGS: `-mod=${vendored ? 'vendor' : 'readonly'}`, CGO_ENABLED: cgo ? '1' : '0' };
  const build: GoBuild = { image: place.image.given, go: { ...go, cgo }, allowsC, main: start.main, folder };
  const needsModules = !vendored && (await namesModules(checkout, folder));
  const fetched = needsModules ? await fetchModules(context, install, build, env) : null;
  if (fetched !== null && 'kind' in fetched) return fetched;
  install.progress(`building ${start.main} with Go ${go.version} without network`);
  const command = ['go', 'build', '-buildmode=exe', '-o', install.program, start.main];
  const request = { command, env: goEnvironment(env), workdir: install.workdir };
  const built = await install.build(request, (output, code) => tellGo(output, 'build', build, code));
  if ('kind' in built) return built;
  const compiled = { args: start.args, tools: { go: go.version }, fetchMs: fetched?.durationMs ?? 0, built };
  return install.finish(compiled, notMain(build));
}

/** Loads what the program is made of, and nothing more: only modules that it needs are fetched. */
async function fetchModules(
  { upstream: proxy }: CompiledContext,
  install: CompiledInstall,
  build: GoBuild,
  env: Readonly<Record<string, string>>,
): ReturnType<CompiledInstall['fetch']> {
  const upstream = await proxy();
  const { host } = upstream.index.url;
  install.progress(`fetching the modules of ${build.main} from ${host}`);
  const command = ['go', 'list', '-deps', '-f', '{{if not .DepOnly}}{{.Name}}{{end}}', build.main];
  const request = { command, env: goEnvironment({ ...env, GOPROXY: gatewayAddress }), workdir: install.workdir };
  const tell: Tell = (output, code) => tellGo(output, 'fetch of the modules', { ...build, host }, code);
  return install.fetch(request, upstream, moduleMirror(upstream.index), { from: 'module proxy', tell });
}

/** Modules beside the code: of the module, or of the workspace that it belongs to. */
function isVendored(checkout: Checkout, folder: string): boolean {
  const list = posix.join(folderHolding(checkout, 'go.work', folder) ?? folder, 'vendor', 'modules.txt');
  return checkout.files.some(({ kind, path }) => kind === 'file' && path === list);
}

/** A workspace may need some whatever this module says. */
async function namesModules(checkout: Checkout, folder: string): Promise<boolean> {
  if (folderHolding(checkout, 'go.work', folder) !== null) return true;
  const manifest = await checkout.text(posix.join(folder, 'go.mod'));
  return manifest === null || /^\s*require\b/mu.test(manifest);
}
