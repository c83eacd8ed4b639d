import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './plain-servers.ts';
import type { Published } from './registry.ts';

export interface PrivateRegistry {
  readonly url: string;
  /** Of its one user, without whom nobody gets a package of the scope. */
  readonly token: string;
  /** With npm itself, as anybody publishes. */
  publish(published: Published): void;
  close(): Promise<void>;
}

/** Of Verdaccio's dependencies one asks for a tag, which not every registry has. */
const manifest = {
  name: 'holds-verdaccio',
  version: '1.0.0',
  private: true,
  dependencies: { verdaccio: '6.8.0' },
  overrides: { 'node-fetch': '2.7.0' },
};

/** Verdaccio on loopback, whose packages of a scope are for those who are logged in. @param scope with its `@` */
export async function startVerdaccio(scope: string): Promise<PrivateRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-verdaccio-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  npm(folder, ['install', '--ignore-scripts', '--no-package-lock']);
  const config = {
    storage: './storage',
    auth: { htpasswd: { file: './htpasswd' } },
    packages: { [`${scope}/*`]: { access: '$authenticated', publish: '$authenticated' } },
    log: { type: 'stdout', format: 'json', level: 'error' },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const program = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const child = spawn(process.execPath, [program, '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: 'ignore',
  });
  const token = await register(url, child);
  const login = join(folder, 'login.npmrc');
  writeFileSync(login, `${scope}:registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\n`);
  return {
    url,
    token,
    publish: (published) => {
      const from = mkdtempSync(join(folder, 'package-'));
      writeFileSync(join(from, 'package.json'), JSON.stringify(published.manifest));
      for (const [name, text] of Object.entries(published.files)) writeFileSync(join(from, name), text);
      npm(from, ['publish', `--userconfig=${login}`, `--registry=${url}`]);
    },
    close: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function npm(cwd: string, words: readonly string[]): void {
  execFileSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Makes its user as soon as it listens. @returns the user's token */
async function register(url: string, child: ReturnType<typeof spawn>): Promise<string> {
  const user = { name: 'somebody', password: 'only-for-this-test', type: 'user' };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`verdaccio ended with ${child.exitCode} before it listened`);
    const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(user),
    }).catch(() => null);
    if (answer?.ok === true) return ((await answer.json()) as { token: string }).token;
    await sleep(100);
  }
}
