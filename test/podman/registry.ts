import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { imageTar, type TestImage } from './test-image.ts';

/** What an image says about itself (OCI image configuration), as far as tests set it. */
export type ImageConfig = Readonly<Record<string, unknown>>;

export interface TestRegistry {
  /** `127.0.0.1:PORT`, to begin references with. */
  readonly host: string;
  /** @returns the manifest's digest */
  push(name: string, reference: string, image: TestImage, config: ImageConfig, architecture?: string): Promise<string>;
  /** A list of images that were pushed by digest. @returns the list's digest */
  pushList(name: string, tag: string, images: readonly { digest: string; architecture: string }[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Debian's registry, taken out of its package without installing it: installed, it would be started as a service.
 * @returns null where there is none, and none to be had
 */
export function registryProgram(): string | null {
  const known = ['/usr/bin/docker-registry', join(cacheFolder(), 'docker-registry')].find((path) => existsSync(path));
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-registry-'));
  try {
    execFileSync('apt-get', ['download', '-qq', 'docker-registry'], { cwd: folder, stdio: 'ignore', timeout: 60_000 });
    const [file = ''] = readdirSync(folder);
    execFileSync('dpkg-deb', ['-x', file, 'unpacked'], { cwd: folder, stdio: 'ignore' });
    const program = join(cacheFolder(), 'docker-registry');
    renameSync(join(folder, 'unpacked', 'usr', 'bin', 'docker-registry'), program);
    return program;
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kept between runs of the tests. */
export function cacheFolder(): string {
  const folder = join(
    process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/tmp', '.cache'),
    'mcp-workflow-tests',
  );
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** @param closed to everybody who has not logged in, which nobody can */
export async function startRegistry(program: string, { closed = false } = {}): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    ...(closed ? { auth: { htpasswd: { realm: 'tests', path: join(folder, 'passwords') } } } : {}),
  };
  writeFileSync(join(folder, 'passwords'), '');
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings));
  const child = spawn(program, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await untilItAnswers(host);
  const base = `http://${host}/v2`;
  return {
    host,
    push: async (name, reference, image, config, architecture = goArchitecture()) => {
      const layer = await buffer(imageTar(image));
      const about = { architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } };
      const blobs = [Buffer.from(JSON.stringify(about)), layer];
      for (const blob of blobs) await pushBlob(base, name, blob);
      const [first, ...layers] = blobs.map((blob, index) =>
        describe(index === 0 ? 'config.v1+json' : 'layer.v1.tar', blob),
      );
      const manifest = { schemaVersion: 2, mediaType: media('manifest.v1+json'), config: first, layers };
      return pushManifest(base, name, reference, manifest, media('manifest.v1+json'));
    },
    pushList: async (name, tag, images) => {
      const manifests = images.map(({ digest, architecture }) => {
        return {
          mediaType: media('manifest.v1+json'),
          digest,
          size: sizes.get(digest) ?? 0,
          platform: { architecture, os: 'linux' },
        };
      });
      const list = { schemaVersion: 2, mediaType: media('index.v1+json'), manifests };
      return pushManifest(base, name, tag, list, media('index.v1+json'));
    },
    stop: () => stop(child, folder),
  };
}

/** Settings by which Podman speaks plain HTTP to these (containers-registries.conf(5)). */
export function registriesConf(folder: string, hosts: readonly string[]): string {
  const file = join(folder, 'registries.conf');
  writeFileSync(file, hosts.map((host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`).join(''));
  return file;
}

export function goArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

const media = (kind: string) => `application/vnd.oci.image.${kind}`;
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const describe = (kind: string, bytes: Buffer) => ({
  mediaType: media(kind),
  digest: digestOf(bytes),
  size: bytes.length,
});
const sizes = new Map<string, number>();

async function pushBlob(base: string, name: string, bytes: Buffer): Promise<void> {
  const begun = await fetch(`${base}/${name}/blobs/uploads/`, { method: 'POST' });
  const at = new URL(begun.headers.get('location') ?? '', base);
  at.searchParams.set('digest', digestOf(bytes));
  const headers = { 'content-type': 'application/octet-stream' };
  await mustBe(201, await fetch(at, { method: 'PUT', body: new Uint8Array(bytes), headers }));
}

async function pushManifest(
  base: string,
  name: string,
  reference: string,
  manifest: object,
  type: string,
): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(bytes);
  sizes.set(digest, bytes.length);
  const target = `${base}/${name}/manifests/${reference === 'digest' ? digest : reference}`;
  await mustBe(201, await fetch(target, { method: 'PUT', body: bytes, headers: { 'content-type': type } }));
  return digest;
}

async function mustBe(status: number, answer: Response): Promise<void> {
  if (answer.status !== status) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
}

async function untilItAnswers(host: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await fetch(`http://${host}/v2/`).catch(() => null)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the registry does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
