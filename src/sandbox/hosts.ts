/**
 * `/etc/hosts` of a sandbox, where there is nothing but `lo`: `localhost`, and the services of a server by their names.
 * Only IPv4 names, so that whoever listens on a name and whoever dials it mean the same address.
 */
export function hostsText(names: readonly string[]): string {
  return `${['127.0.0.1 localhost', '127.0.0.1 sandbox', ...names.map((name) => `127.0.0.1 ${name}`)].join('\n')}\n`;
}
