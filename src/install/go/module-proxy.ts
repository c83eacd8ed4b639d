import { certificatesOf } from '../certificates.ts';
import type { Mirror } from '../mirror-gateway.ts';
import { indexOf, type PackageIndex } from '../package-index.ts';
import { RegistryFault } from '../registry-fault.ts';

const publicProxy = 'https://proxy.golang.org/';

/**
 * The module proxy that the step's environment names in GOPROXY, else Go's own. Only the first of a list is asked: what
 * is missing there is not looked for elsewhere, and never in a repository (`direct`).
 * @throws RegistryFault
 */
export async function findModuleProxy(env: Readonly<NodeJS.ProcessEnv>): Promise<PackageIndex> {
  const [first = ''] = (env['GOPROXY'] ?? '').split(/[,|]/u).map((each) => each.trim());
  if (first === 'off' || first === 'direct') {
    throw new RegistryFault(
      `GOPROXY is ${first} in the step's environment, and modules are fetched from a module proxy alone: set GOPROXY to the address of one, or commit \`vendor\` (go mod vendor)`,
    );
  }
  const ca = await certificatesOf(env);
  return first === ''
    ? indexOf('the default', publicProxy, ca, 'module proxy')
    : indexOf('GOPROXY', first, ca, 'module proxy');
}

/** The paths of the module proxy protocol (https://go.dev/ref/mod#goproxy-protocol), without its checksum database. */
export function moduleMirror(proxy: PackageIndex): Mirror {
  return {
    find: (path) => {
      // Go writes the `!` of its protocol as `%21`.
      const [, module = '', rest = ''] = /^\/(.+?)\/(@latest|@v\/[^/]+)$/u.exec(path.replaceAll('%21', '!')) ?? [];
      return Promise.resolve(isModule(module) && isFile(rest) ? new URL(`${module}/${rest}`, proxy.url) : null);
    },
  };
}

/** As the protocol writes it: capital letters as `!` and the small one. */
function isModule(path: string): boolean {
  return path
    .split('/')
    .every((segment) => /^[\w.~!-]{1,255}$/u.test(segment) && !segment.startsWith('.') && !segment.endsWith('.'));
}

function isFile(rest: string): boolean {
  return rest === '@latest' || /^@v\/(?:list|v[\w.!+-]{1,255}\.(?:info|mod|zip))$/u.test(rest);
}
