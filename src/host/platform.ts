import type { Host } from './host.ts';

/** The platform as the runner's variables name it; `github.com` where they are not set. @param token may be empty */
export function platformOf(env: Readonly<NodeJS.ProcessEnv>, token: string): Host['platform'] {
  return {
    serverUrl: env['GITHUB_SERVER_URL'] || 'https://github.com',
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    token: token === '' ? null : token,
  };
}
