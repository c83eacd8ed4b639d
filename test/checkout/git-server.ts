import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly host: string;
  /** The values of `authorization` that were sent, null for none. */
  readonly authorizations: (string | null)[];
  readonly urls: string[];
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on loopback. */
export async function serve(handler: Handler): Promise<TestServer> {
  const authorizations: (string | null)[] = [];
  const urls: string[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization ?? null);
    urls.push(request.url ?? '');
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    authorizations,
    urls,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface BackendOptions {
  /** Wanted of everybody; null for a public server. */
  readonly token: string | null;
  /** Whether the server speaks only the first version of the protocol. */
  readonly old?: boolean;
}

/** Git's own server over the repositories below a folder. */
export function backend(root: string, { token, old = false }: BackendOptions): Handler {
  const wanted = token === null ? null : `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return (request, response) => {
    if (wanted !== null && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const header = (name: string) => String(request.headers[name] ?? '');
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: header('content-type'),
        HTTP_CONTENT_ENCODING: header('content-encoding'),
        ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: header('content-length') }),
        ...(old ? {} : { GIT_PROTOCOL: header('git-protocol') }),
      },
    });
    child.stdin.on('error', () => {});
    request.pipe(child.stdin);
    void answer(child.stdout, response);
  };
}

/** What a CGI program says: header lines, an empty line, the body. */
async function answer(stdout: NodeJS.ReadableStream, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdout) chunks.push(Buffer.from(chunk));
  const whole = Buffer.concat(chunks);
  const end = whole.indexOf('\r\n\r\n');
  const lines = whole.toString('latin1', 0, Math.max(0, end)).split('\r\n');
  let status = 200;
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/: */u, 2);
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(whole.subarray(end + 4));
}
