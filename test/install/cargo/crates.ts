import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

type Files = Readonly<Record<string, string>>;

export interface Crate {
  readonly name: string;
  readonly version: string;
  readonly files: Files;
  readonly bytes: Buffer;
}

const greeting = readFileSync(new URL('../../servers/rust/greeting.rs', import.meta.url), 'utf8');

const manifest = (name: string, more: string) =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n${more}`;

/** A server that greets with a word of its own. */
export const plainServer: Files = {
  'Cargo.toml': manifest('greeting', ''),
  'Cargo.lock': 'version = 3\n\n[[package]]\nname = "greeting"\nversion = "1.0.0"\n',
  'src/main.rs': greeting,
  'src/word.rs': 'pub fn word() -> &\'static str {\n    "Hello"\n}\n',
};

/** A crate that the server takes its word from. */
export async function words(word: string, more: Files = {}): Promise<Crate> {
  const files: Files = {
    'Cargo.toml': manifest('words', ''),
    'src/lib.rs': `pub fn hello() -> &'static str {\n    "${word}"\n}\n`,
    ...more,
  };
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name: `words-1.0.0/${name}` }, text);
  tar.finalize();
  return { name: 'words', version: '1.0.0', files, bytes: gzipSync(await buffer(tar)) };
}

const crates = 'registry+https://github.com/rust-lang/crates.io-index';

/** The server with a dependency. @param source where Cargo.lock says that it comes from */
export function dependentServer(crate: Crate, source = crates): Files {
  const { name, version } = crate;
  const own = `[[package]]\nname = "greeting"\nversion = "1.0.0"\ndependencies = [\n "${name}",\n]\n`;
  const other = `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${source}"\nchecksum = "${digest(crate.bytes)}"\n`;
  return {
    ...plainServer,
    'Cargo.toml': manifest('greeting', `\n[dependencies]\n${name} = "1"\n`),
    'Cargo.lock': `version = 3\n\n${own}\n${other}`,
    'src/word.rs': `pub fn word() -> &'static str {\n    ${name}::hello()\n}\n`,
  };
}

/** As `cargo vendor` leaves it. */
export function vendored({ name, files, bytes }: Crate): Files {
  const sums = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, digest(text)]));
  const checksum = JSON.stringify({ files: sums, package: digest(bytes) });
  const own = Object.entries({ ...files, '.cargo-checksum.json': checksum });
  return Object.fromEntries(own.map(([path, text]) => [`vendor/${name}/${path}`, text]));
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export interface TestCrateIndex {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  add(...all: readonly Crate[]): void;
  stop(): Promise<void>;
}

/** A sparse index on loopback, with its crates. @param before answers instead; returns whether it did */
export async function startCrateIndex(
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<TestCrateIndex> {
  const answers = new Map<string, string | Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (before(request, response)) return;
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  answers.set('/sparse/config.json', JSON.stringify({ dl: `${base}/crates`, api: base }));
  return {
    url: `${base}/sparse/`,
    asked,
    add: (...all) => {
      for (const { name, version, bytes } of all) {
        const entry = { name, vers: version, deps: [], cksum: digest(bytes), features: {}, yanked: false };
        answers.set(`/sparse/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`, `${JSON.stringify(entry)}\n`);
        answers.set(`/crates/${name}/${version}/download`, bytes);
      }
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
