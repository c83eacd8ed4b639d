import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch, ProxyAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackageProxy } from '../../../src/install/dockerfile/package-proxy.ts';
import { mirrorSocket } from '../../../src/install/mirror-gateway.ts';
import { Certificate, has, Opened, otherProxy, run } from './wire.ts';

describe.skipIf(!has('openssl'))('the proxy of a build, for what runs in one (skipped without openssl)', () => {
  let folder: string;
  let opened: Opened;
  let certificate: Certificate;
  /** Of a server that has what is asked for, by HTTPS. */
  let port: number;
  let proxy: PackageProxy;
  /** What a client has to be set to. */
  let address: string;
  const asked: IncomingMessage[] = [];

  beforeEach(async () => {
    asked.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-clients-'));
    opened = new Opened();
    opened.end(() => rmSync(folder, { recursive: true }));
    certificate = new Certificate(folder, ['registry.npmjs.org', 'pypi.org']);
    port = await certificate.serve(opened, (request, response) => {
      asked.push(request);
      const document = { name: 'a', 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': { version: '1.2.3' } } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/a' ? document : 'x'.repeat(100_000)));
    });
    await open({});
  });
  afterEach(async () => opened.close());

  const open = async (env: NodeJS.ProcessEnv) => {
    const at = mkdtempSync(join(folder, 'socket-'));
    const opening = await PackageProxy.open({ folder: at, hosts: [`localhost:${port}`], maxBytes: 10_000_000, env });
    opened.end(() => opening.close());
    proxy = opening;
    address = await opened.relay(join(at, mirrorSocket));
  };

  describe.skipIf(!has('curl'))('curl (skipped where there is none)', () => {
    const curl = async (url: string, env: Record<string, string> = {}) =>
      run('curl', ['-sS', '--cacert', certificate.file, url], folder, {
        HTTPS_PROXY: address,
        http_proxy: address,
        ...env,
      });

    it('fetches by HTTPS, and by HTTP', async () => {
      const { code, output } = await curl(`https://localhost:${port}/file`);
      expect(code).toBe(0);
      expect(output).toHaveLength(100_002);
      expect(asked[0]?.headers.host).toBe(`localhost:${port}`);
      expect((await curl(`http://localhost:${port}/file`)).output).toMatch(/^localhost:\d+ could not be reached\n$/u);
    });

    it('is told what is refused', async () => {
      expect((await curl('https://evil.example/')).output).toMatch(/CONNECT tunnel failed, response 403/u);
      expect((await curl('http://evil.example/')).output).toBe(
        'evil.example:80 is not among the hosts of this build: add it under build.hosts\n',
      );
      expect([...proxy.refused]).toEqual(['evil.example:443', 'evil.example:80']);
      expect(asked).toEqual([]);
    });

    it('reaches the hosts of packages through the proxy of this machine', async () => {
      const other = await otherProxy(opened, port);
      await open({ HTTPS_PROXY: `http://me:secret@127.0.0.1:${other.port}` });
      expect((await curl('https://pypi.org/simple/')).output).toHaveLength(100_002);
      expect(asked[0]?.headers.host).toBe('pypi.org');
      expect(other.asked).toEqual(['CONNECT pypi.org:443 pypi.org:443 Basic bWU6c2VjcmV0']);
    });
  });

  describe.skipIf(!has('npm'))('npm (skipped where there is none)', () => {
    const npm = async (registry: string) =>
      run(
        'npm',
        ['view', 'a', 'version', '--no-update-notifier', '--fetch-retries=0', `--registry=${registry}`],
        folder,
        { HTTPS_PROXY: address, HTTP_PROXY: address, NODE_EXTRA_CA_CERTS: certificate.file },
      );

    it('finds a package', async () => {
      expect(await npm(`https://localhost:${port}/`)).toEqual({ code: 0, output: '1.2.3\n' });
    });

    it('finds it in its own registry through the proxy of this machine', async () => {
      const other = await otherProxy(opened, port);
      await open({ https_proxy: `127.0.0.1:${other.port}` });
      expect(await npm('https://registry.npmjs.org/')).toEqual({ code: 0, output: '1.2.3\n' });
      expect(other.asked).toEqual(['CONNECT registry.npmjs.org:443 registry.npmjs.org:443 -']);
    });

    it('is told what is refused, and says it', async () => {
      const { code, output } = await npm('https://evil.example/');
      expect(code).not.toBe(0);
      expect(output).toMatch(/evil\.example:443 is not among the hosts of this build: add it under build\.hosts/u);
    });
  });

  it('serves what is written with undici, on connections that are kept', async () => {
    const dispatcher = new ProxyAgent({ uri: address, requestTls: { ca: readFileSync(certificate.file) } });
    const get = async (url: string) => (await fetch(url, { dispatcher })).text();
    const files = await Promise.all(Array.from({ length: 20 }, async () => get(`https://localhost:${port}/file`)));
    expect(files.map((file) => file.length)).toEqual(files.map(() => 100_002));
    await expect(get('https://evil.example/')).rejects.toThrow('fetch failed');
    expect([...proxy.refused]).toEqual(['evil.example:443']);
    await dispatcher.close();
  });
});
