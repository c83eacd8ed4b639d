import type { CommandResult } from '../process/run.ts';
import { ImageRefused, PodmanFailed } from './errors.ts';

const login =
  'log in with `podman login` before this step (the login is kept for this user), or configure the registry in registries.conf';

type Cause = readonly [RegExp, (given: string) => Error];

/** What registries and Podman say, first match; all else is infrastructure with podman's own last words. */
const causes: readonly Cause[] = [
  [
    /no image found in (manifest list|image index) for architecture/u,
    (given) =>
      new ImageRefused(
        `The image ${given} does not exist for this processor and operating system (${process.platform}/${process.arch}).`,
        'unsupported_platform',
      ),
  ],
  [
    /short-name/u,
    (given) =>
      new ImageRefused(
        `The image ${given} does not say which registry it is in, and this machine has no setting for that: write its full name, as in docker.io/library/${given}.`,
      ),
  ],
  [/invalid reference format/u, (given) => new ImageRefused(`${given} is no name of an image.`)],
  [
    // Also what a registry answers for a private image, or one that is not there, to whoever is not logged in.
    /unauthorized|authentication required|access to the resource is denied|\bdenied\b|403 Forbidden|no basic auth/iu,
    (given) => new PodmanFailed(`The image ${given} may not be pulled: it is private or does not exist; ${login}`),
  ],
  [
    /toomanyrequests|429/iu,
    (given) =>
      new PodmanFailed(`The image ${given} could not be pulled: the registry's rate limit is reached; ${login}`),
  ],
  [
    /manifest unknown|name unknown|not found: manifest|404 \(Not Found\)|repository .* not found/iu,
    (given) => new ImageRefused(`The image ${given} does not exist in its registry: look at its name, tag or digest.`),
  ],
  [
    /server gave HTTP response to HTTPS client/u,
    (given) =>
      new PodmanFailed(
        `The image ${given} could not be pulled: its registry speaks no TLS; if that is meant to be, set \`insecure = true\` for it in registries.conf`,
      ),
  ],
  [
    /no space left on device/iu,
    (given) => new PodmanFailed(`The image ${given} could not be pulled: the disk is full`),
  ],
];

/** @returns the error that a failed pull is: {@link ImageRefused}, or {@link PodmanFailed} for infrastructure. */
export function pullError(given: string, pulled: CommandResult, deadlineMs: number): Error {
  if (pulled.timedOut)
    return new PodmanFailed(`The image ${given} could not be pulled: no end after ${deadlineMs / 1000} s`);
  const said = pulled.stderr.trim().split('\n').at(-1) ?? '';
  const known = causes.find(([pattern]) => pattern.test(said));
  if (known !== undefined) return known[1](given);
  return new PodmanFailed(
    `The image ${given} could not be pulled: ${said.length > 1000 ? `${said.slice(0, 1000)}…` : said}`,
  );
}

/** Proxies, and where the user's own settings of registries and logins to them lie (containers-registries.conf(5)). */
export function pullEnvironment(env: Readonly<NodeJS.ProcessEnv> = process.env): Record<string, string> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  const names = [...proxies, 'CONTAINERS_REGISTRIES_CONF', 'REGISTRY_AUTH_FILE', 'DOCKER_CONFIG'];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
