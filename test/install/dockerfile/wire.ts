import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'vitest';

/** What a test has opened, ended last first. */
export class Opened {
  readonly #ends: (() => unknown)[] = [];

  end(end: () => unknown): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  /** @returns the port */
  async listen(server: NetServer): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.end(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as AddressInfo).port;
  }

  async http(answer: RequestListener): Promise<number> {
    return this.listen(createHttpServer(answer));
  }

  async tcp(answer: (socket: Socket) => void): Promise<number> {
    return this.listen(createServer({ allowHalfOpen: true }, answer));
  }

  /** As in a build: a port that leads to the socket. */
  async relay(path: string): Promise<string> {
    const port = await this.tcp((client) => {
      const socket = connect({ path, allowHalfOpen: true });
      client.pipe(socket).pipe(client);
      client.once('close', () => socket.destroy());
      socket.once('close', () => client.destroy()).on('error', () => {});
    });
    return `http://127.0.0.1:${port}`;
  }
}

/** Another machine's proxy: notes what it was asked, and leads everything to one port. */
export async function otherProxy(
  opened: Opened,
  leadsTo: number,
  status = 200,
): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push(`${method} ${url} ${headers.host} ${headers['proxy-authorization'] ?? '-'}`);
  const server: Server = createHttpServer((request, response) => {
    note(request);
    response.writeHead(status).end(`by way of the other proxy`);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    note(request);
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\nno`);
      return;
    }
    const target = connect(leadsTo, '127.0.0.1');
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    client.pipe(target).pipe(client);
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy()).on('error', () => {});
  });
  return { port: await opened.listen(server), asked };
}

/** @param path of a Unix socket. @returns all that comes back until the other side is done */
export async function say(path: string, words: string | Buffer): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.write(words);
  return heard(socket);
}

/** @returns all that comes until the other side is done, or has gone */
export async function heard(socket: Socket): Promise<string> {
  let all = '';
  socket.on('data', (chunk) => (all += String(chunk)));
  await new Promise((resolve) => socket.once('end', resolve).once('close', resolve).on('error', resolve));
  socket.destroy();
  return all;
}

/** @returns a tunnel that is open; fails where it is refused */
export async function tunnel(path: string, authority: string, early = ''): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${early}`);
  const wanted = 'HTTP/1.1 200 Connection established\r\n\r\n';
  let got = '';
  while (got.length < wanted.length) {
    const chunk: Buffer | null = socket.read(1);
    if (chunk !== null) got += chunk.toString();
    else if (socket.readableEnded || socket.destroyed) break;
    else await new Promise((resolve) => socket.once('readable', resolve).once('close', resolve));
  }
  expect(got).toBe(wanted);
  return socket;
}

export function has(command: string): boolean {
  try {
    execFileSync(command, [command === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** With nothing of this machine's own settings. @param home a folder that it may write to */
export async function run(
  command: string,
  args: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd: home, env: { PATH, HOME: home, ...env }, timeout: 50_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: `${stdout}${stderr}` }),
    );
  });
}

export class Certificate {
  readonly file: string;
  readonly #tls: { readonly key: Buffer; readonly cert: Buffer };

  /** @param folder for its files. @param names that it is good for, beside the loopback */
  constructor(folder: string, names: readonly string[]) {
    this.file = join(folder, 'cert.pem');
    const key = join(folder, 'key.pem');
    const alternatives = ['IP:127.0.0.1', 'DNS:localhost', ...names.map((name) => `DNS:${name}`)].join(',');
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', this.file];
    const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${alternatives}`];
    execFileSync('openssl', [...args, ...subject], { stdio: 'ignore' });
    this.#tls = { key: readFileSync(key), cert: readFileSync(this.file) };
  }

  async serve(opened: Opened, answer: RequestListener): Promise<number> {
    return opened.listen(createHttpsServer(this.#tls, answer));
  }
}
