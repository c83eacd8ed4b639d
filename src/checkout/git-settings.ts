/** The only way that git may go to the other side. */
export type Protocol = 'https' | 'http' | 'file';

/**
 * Every command line of git begins with these. The repository's own settings, hooks and attributes never decide
 * anything: what could start a program, or go elsewhere, is off by name.
 */
const always = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.symlinks=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.pager=cat',
  'core.askPass=',
  'core.sshCommand=false',
  'core.gitProxy=',
  // Larger objects stream through instead of lying in memory.
  'core.bigFileThreshold=16m',
  'credential.helper=',
  'safe.bareRepository=explicit',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
  'init.defaultBranch=main',
  'protocol.allow=never',
];

/** Of commands that speak to the other side. */
const ofNetwork = [
  'fetch.fsckObjects=true',
  // Old histories have these, and they do no harm.
  ...['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode', 'missingSpaceBeforeEmail'].map(
    (flaw) => `fetch.fsck.${flaw}=ignore`,
  ),
  // One pack instead of many files: its size is what the limit is about.
  'fetch.unpackLimit=1',
  'fetch.recurseSubmodules=false',
  'fetch.writeCommitGraph=false',
  'fetch.uriProtocols=',
  'transfer.bundleURI=false',
  'transfer.credentialsInUrl=die',
  // Git would follow to any host; what stays on the host is followed by us.
  'http.followRedirects=false',
  'http.sslVerify=true',
  'http.emptyAuth=false',
  'http.saveCookies=false',
  // A server that still works says so every five seconds.
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
];

/** @returns the arguments before git's command, with the one protocol that may be used, or none. */
export function gitSettings(protocol: Protocol | null): string[] {
  const settings = protocol === null ? always : [...always, ...ofNetwork, `protocol.${protocol}.allow=always`];
  return [
    ...settings.flatMap((setting) => ['-c', setting]),
    '--no-pager',
    '--no-replace-objects',
    '--literal-pathspecs',
  ];
}

/** Said here and not on the command line, where every process of this machine could read it. */
export interface GitToken {
  readonly token: string;
  /** Scheme, host and port that it is sent to: `https://github.com`. */
  readonly origin: string;
}

const ofProxies = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
];
const ofCertificates = ['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

const nowhere = '/nonexistent';
const built: Readonly<Record<string, string>> = {
  // No .netrc, .gitconfig, .ssh: whatever is there belongs to somebody else's work.
  HOME: nowhere,
  XDG_CONFIG_HOME: nowhere,
  XDG_DATA_HOME: nowhere,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  // Nobody is there to be asked.
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_PROTOCOL_FROM_USER: '0',
  // One object that claims to be larger ends git, not this machine.
  GIT_ALLOC_LIMIT: '512m',
  // What git says is read, to tell faults apart.
  LC_ALL: 'C',
  LANG: 'C',
};

/**
 * The environment for git: without anybody's configuration, home or prompt.
 * @param env ours, of which proxies and certificates are handed on where `protocol` needs a network
 */
export function gitEnvironment(
  protocol: Protocol | null,
  token: GitToken | null,
  env: Readonly<NodeJS.ProcessEnv>,
): Record<string, string> {
  // Goes before all settings. An empty list allows nothing.
  const environment: Record<string, string> = { ...built, GIT_ALLOW_PROTOCOL: protocol ?? '' };
  if (protocol === 'https' || protocol === 'http') {
    for (const name of [...ofProxies, ...ofCertificates]) if (env[name]) environment[name] = env[name];
    if (env['SSL_CERT_FILE']) environment['GIT_SSL_CAINFO'] ??= env['SSL_CERT_FILE'];
  }
  if (token === null) return environment;
  const basic = Buffer.from(`x-access-token:${token.token}`).toString('base64');
  return {
    ...environment,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${token.origin}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
  };
}
