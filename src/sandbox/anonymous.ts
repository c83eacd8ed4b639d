import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../process/failure.ts';
import { PodmanFailed } from './errors.ts';
import { pullEnvironment } from './pull.ts';

/** Where containers-auth.json(5) lies beside the settings. */
const logins = 'auth.json';

/**
 * Makes a home in which podman finds all settings of its user but none of the logins, which it looks for in more places
 * than `--authfile` can replace (seen with 4.3.1: Docker's own are read all the same).
 * @param folder an empty one of the run's. @returns the environment for a pull as anybody's. @throws PodmanFailed
 */
export async function anonymousEnvironment(
  folder: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<Record<string, string>> {
  const home = env['HOME'] ?? '/';
  const settings = join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'containers');
  const config = join(folder, '.config');
  const none = join(folder, logins);
  try {
    await mkdir(join(config, 'containers'), { recursive: true });
    const names = await readdir(settings).catch(() => []);
    for (const name of names.filter((each) => each !== logins)) {
      await symlink(join(settings, name), join(config, 'containers', name));
    }
    await writeFile(none, '{}');
  } catch (error) {
    throw new PodmanFailed(`a home without logins could not be made: ${messageOf(error)}`);
  }
  return {
    ...pullEnvironment(env),
    HOME: folder,
    XDG_CONFIG_HOME: config,
    // Images stay where they are.
    XDG_DATA_HOME: env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'),
    REGISTRY_AUTH_FILE: none,
    DOCKER_CONFIG: folder,
  };
}
