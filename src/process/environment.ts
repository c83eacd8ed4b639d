/**
 * The environment of a process that we start: built, never inherited. Only what a program needs to find its files,
 * its user session and its certificates is taken over; tokens and inputs of the run stay behind.
 */
const inherited = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];

const marks: Record<string, string> = {};

/** From here on every process that is started from here bears the variable, so that it can be found if we are killed. */
export function markChildren(name: string, value: string): void {
  marks[name] = value;
}

/** @returns the environment for a child: the inherited names that are set here, the marks, then `extra`. */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...marks, ...extra };
}
