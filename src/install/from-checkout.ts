import type { ServerConfig } from '../config/model.ts';
import type { FoundServer } from '../discovery/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { InstallerContext } from './installer.ts';
import type { Checkout } from '../checkout/model.ts';
import type { InstallResult } from './model.ts';
import { installCargoCheckout } from './cargo/checkout.ts';
import { needsRustImage } from './cargo/sentences.ts';
import { dockerfileOf } from './dockerfile/checkout.ts';
import { installGoCheckout } from './go/checkout.ts';
import { needsGoImage } from './go/sentences.ts';
import { installNode } from './node-checkout.ts';
import type { NodeRoots } from './node-roots.ts';
import { installPackageFolder } from './path.ts';
import { installPlain } from './plain.ts';
import { installPythonCheckout } from './python/checkout.ts';
import type { IndexUpstream } from './index-upstream.ts';

/** What a server of a repository is made from. */
export interface CheckoutOrigin {
  readonly checkout: Checkout;
  /** null: nothing says how it is started, apart from the configuration. */
  readonly found: FoundServer | null;
  /** Of its package, relative to the root. */
  readonly folder: string;
}

type FoundOrigin = CheckoutOrigin & { readonly found: FoundServer };

/** What the kinds of servers need, each made when the first one asks. */
export interface Tools {
  readonly node: () => Promise<InstallerContext>;
  readonly python: () => Promise<IndexUpstream>;
  readonly modules: () => Promise<IndexUpstream>;
  readonly crates: () => Promise<IndexUpstream>;
  readonly bare: Pick<InstallerContext, 'sandbox' | 'signal' | 'progress'>;
  readonly roots: NodeRoots;
}

/** Makes a server of a repository ready to run, by what it is started with. @throws PodmanFailed, RegistryFault */
export async function installCheckout(
  server: ServerConfig,
  { checkout, found, folder }: CheckoutOrigin,
  image: PreparedImage,
  tools: Tools,
): Promise<InstallResult> {
  if (found !== null) return installFound(server, { checkout, found, folder }, image, tools);
  return installPackageFolder(await tools.node(), server, { checkout, folder }, image);
}

async function installFound(
  server: ServerConfig,
  origin: FoundOrigin,
  image: PreparedImage,
  tools: Tools,
): Promise<InstallResult> {
  const { checkout, found } = origin;
  const { start, folder } = found;
  if (server.source.kind === 'mcpb') return installPlain(tools.bare, server, { checkout, folder, start });
  switch (start.kind) {
    case 'node':
      return installNode(await tools.node(), server, origin, image, tools.roots);
    case 'python':
      return installPythonCheckout({ ...tools.bare, index: await tools.python() }, server, origin, image);
    case 'command':
      return installPlain(tools.bare, server, { checkout, folder, start });
    case 'go':
      if (image.facts === null) return notBuilt(needsGoImage, origin);
      return installGoCheckout({ ...tools.bare, upstream: tools.modules }, server, origin, image);
    case 'cargo':
      if (image.facts === null) return notBuilt(needsRustImage, origin);
      return installCargoCheckout({ ...tools.bare, upstream: tools.crates }, server, origin, image);
    case 'dotnet':
    case 'dockerfile':
    case 'package':
    case 'remote':
    default:
      return notBuilt(builtElsewhere[start.kind], origin);
  }
}

const builtElsewhere = {
  dotnet: 'It is written for .NET, and .NET servers are not built here:',
  dockerfile: 'All that starts it is a Dockerfile, which is not run unless you ask for it:',
  package: 'Its manifest names a package of a kind that cannot be installed here:',
  remote: 'Its manifest names an address that cannot be used:',
} as const;

/** @param why the beginning of the sentence, up to what to do instead */
function notBuilt(why: string, { checkout, found, folder }: FoundOrigin): InstallResult {
  const image = found.publishedAs.find(({ registry }) => registry === 'oci');
  const known = image === undefined ? '' : ` (its manifest names ${image.name})`;
  const otherwise =
    dockerfileOf(checkout, folder, null) === null
      ? 'build it in an earlier step and give its folder with `command`'
      : 'let its Dockerfile be built, by `build: dockerfile` under its name in `servers`';
  const advice = `${why} list the image that it is published as, \`oci:IMAGE:TAG\`${known}, or ${otherwise}.`;
  return {
    kind: 'failed',
    failure: { outcome: 'install_failed', advice, stderrTail: '', exitCode: null, resolved: null },
  };
}
