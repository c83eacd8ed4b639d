import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Servers that run on this machine as anybody would run them, for a run that reaches them by their address. */
export interface PlainServers {
  /** Starts a command of an installed package and waits until it listens. @returns the port */
  start(bin: string, args: (port: number) => readonly string[], env?: (port: number) => object): Promise<number>;
  close(): Promise<void>;
}

/** @param specs packages, as npm takes them */
export function installPlainServers(specs: readonly string[]): PlainServers {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-plain-'));
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', folder, ...options, ...specs], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const children: ReturnType<typeof spawn>[] = [];
  return {
    start: async (bin, args, env = () => ({})) => {
      const port = await freePort();
      const child = spawn(join(folder, 'node_modules/.bin', bin), args(port), {
        env: { ...process.env, ...env(port) },
        stdio: 'ignore',
      });
      children.push(child);
      while (!(await listens(port))) {
        if (child.exitCode !== null) throw new Error(`${bin} ended with ${child.exitCode} before it listened`);
        await sleep(50);
      }
      return port;
    },
    close: async () => {
      const ended = children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.once('connect', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });
}
