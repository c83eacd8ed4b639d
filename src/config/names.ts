import { show } from './words.ts';

/** Names of environment variables that a shell, too, could set. */
export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names of servers also name containers and files. */
export const serverName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const serverNameHint = 'letters, digits, `.`, `_` and `-`, at most 64 of them, the first a letter or a digit';
/** Names of services are names of hosts. */
export const serviceName = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const serviceNameHint = 'small letters, digits and `-`, at most 63 of them, the first a letter';
/** Names of captured values, as in `{{name}}`. */
export const captureName = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
export const captureNameHint = 'letters, digits, `_` and `-`, at most 64 of them, the first a letter or `_`';
export const tagName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;
export const tagNameHint = 'letters, digits and `. _ : / -`, at most 64 of them, the first a letter or a digit';

/** The platform's own variables, and those that change how programs of the host start. */
const neverGranted =
  /^(?:(?:ACTIONS|GITHUB|RUNNER|INPUT|STATE|LD|DYLD|XDG|DBUS)_.*|SSH_AUTH_SOCK|PATH|HOME|USER|LOGNAME|SHELL|PWD|IFS|ENV|BASH_ENV|TMPDIR|TMP|TEMP|NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|LANG|LC_.*|TERM|CI)$/i;

/** Read by Podman and its helpers, to which the values of secrets are handed as their own environment. */
const neverInContainer =
  /^(?:(?:LD|XDG|_?CONTAINERS|STORAGE|DBUS|LISTEN|GLIBC|MALLOC|NETAVARK|CNI)_.*|(?:PODMAN|BUILDAH|GODEBUG|GOTRACEBACK|GOMAXPROCS|GOMEMLIMIT|GOGC).*|PATH|HOME|TMPDIR|NOTIFY_SOCKET|REGISTRY_AUTH_FILE)$/;

/** @returns why a variable of this name can never be granted as a secret, or null */
export function secretNameProblem(name: string): string | null {
  if (!variableName.test(name)) {
    return `${show(name)} is not the name of an environment variable (letters, digits and \`_\`, no digit first)`;
  }
  if (!neverGranted.test(name)) return null;
  return `\`${name}\` belongs to the platform or the machine and can never be granted; pass the value under another name`;
}

/** @returns why a container may not be given a variable of this name, or null */
export function containerNameProblem(name: string): string | null {
  if (!variableName.test(name)) {
    return `${show(name)} is not the name of an environment variable (letters, digits and \`_\`, no digit first)`;
  }
  if (!neverInContainer.test(name)) return null;
  return `\`${name}\` is set by the sandbox, or would change how the sandbox works, and cannot be set here`;
}

/** Makes a server's name of a package's or folder's; unique among `taken`. */
export function deriveServerName(raw: string, taken: ReadonlySet<string>): string {
  const clean = raw
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 60);
  const base = clean === '' ? 'server' : clean;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base.slice(0, 58 - String(n).length)}-${n}`;
    if (!taken.has(name)) return name;
  }
}
