import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipOf } from '../../checkout/zip.ts';

type Files = Readonly<Record<string, string>>;

export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** With its `go.mod`. */
  readonly files: Files;
}

const greeting = readFileSync(new URL('../../servers/go/greeting.go', import.meta.url), 'utf8');

/** A server that greets with a word of its own. */
export const plainServer: Files = {
  'go.mod': 'module example.test/greetings\n\ngo 1.18\n',
  'cmd/greeting/main.go': greeting,
  'cmd/greeting/word.go': 'package main\n\nfunc word() string { return "Hello" }\n',
};

/** A module that the server takes its word from. */
export function words(version: string, word: string): GoModule {
  return {
    path: 'example.test/Words',
    version,
    files: {
      'go.mod': 'module example.test/Words\n\ngo 1.18\n',
      'words.go': `// Package words has words.\npackage words\n\n// Hello greets.\nfunc Hello() string { return "${word}" }\n`,
    },
  };
}

/** The server with a dependency. @param sum the text of its go.sum */
export function dependentServer({ path, version }: GoModule, sum: string): Files {
  return {
    ...plainServer,
    'go.mod': `${plainServer['go.mod']}\nrequire ${path} ${version}\n`,
    ...(sum === '' ? {} : { 'go.sum': sum }),
    'cmd/greeting/word.go': `package main\n\nimport words "${path}"\n\nfunc word() string { return words.Hello() }\n`,
  };
}

/** As `go mod vendor` leaves it. */
export function vendored({ path, version, files }: GoModule): Files {
  return {
    'vendor/modules.txt': `# ${path} ${version}\n## explicit; go 1.18\n${path}\n`,
    [`vendor/${path}/words.go`]: files['words.go'] ?? '',
  };
}

/** What go.sum says of a module (https://go.dev/ref/mod#go-sum-files). */
export function sumOf({ path, version, files }: GoModule): string {
  const inZip = Object.entries(files).map(([name, text]): [string, string] => [`${path}@${version}/${name}`, text]);
  const own: [string, string][] = [['go.mod', files['go.mod'] ?? '']];
  return `${path} ${version} ${hashOf(inZip)}\n${path} ${version}/go.mod ${hashOf(own)}\n`;
}

function hashOf(files: readonly (readonly [string, string])[]): string {
  const digest = (text: string) => createHash('sha256').update(text);
  const inOrder = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = inOrder.map(([name, text]) => `${digest(text).digest('hex')}  ${name}\n`);
  return `h1:${digest(lines.join('')).digest('base64')}`;
}

export interface TestProxy {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
  add(...modules: readonly GoModule[]): void;
  stop(): Promise<void>;
}

/** A module proxy on loopback. @param before answers instead; returns whether it did */
export async function startProxy(
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<TestProxy> {
  const answers = new Map<string, string | Buffer>();
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    headers.push(request.headers);
    if (before(request, response)) return;
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end('not found: no such module here');
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/modules/`,
    asked,
    headers,
    add: (...modules) => {
      for (const each of modules) for (const [path, answer] of answersOf(each)) answers.set(path, answer);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answersOf({ path, version, files }: GoModule): [string, string | Buffer][] {
  const escaped = path.replaceAll(/[A-Z]/gu, (letter) => `!${letter.toLowerCase()}`);
  const base = `/modules/${escaped}/@v`;
  const parts = Object.entries(files).map(([name, content]) => ({ name: `${path}@${version}/${name}`, content }));
  return [
    [`${base}/list`, `${version}\n`],
    [`${base}/${version}.info`, JSON.stringify({ Version: version, Time: '2024-01-01T00:00:00Z' })],
    [`${base}/${version}.mod`, files['go.mod'] ?? ''],
    [`${base}/${version}.zip`, zipOf(parts)],
  ];
}
