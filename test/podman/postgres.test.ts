import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installer } from '../../src/install/installer.ts';
import { findRegistry } from '../../src/install/npm-settings.ts';
import type { PipedProcess } from '../../src/process/piped.ts';
import { runCommand } from '../../src/process/run.ts';
import { ServerSite } from '../../src/workflow/server-site.ts';
import { leftovers } from '../action/leftovers.ts';
import { cacheFolder } from './registry.ts';
import { type OpenedSandbox, openSandbox, serverConfig, serviceConfig, siteOptions } from './sandbox-fixture.ts';
import { removeImages, testTag } from './test-image.ts';

const image = testTag('postgres');
const tar = join(cacheFolder(), 'postgres.tar');

/** @returns false where the distribution has none to make it of */
function makeTar(): boolean {
  if (existsSync(tar)) return true;
  try {
    execFileSync(fileURLToPath(new URL('./postgres-image', import.meta.url)), [tar], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const available = makeTar();

describe.skipIf(!available)('a server with its database (skipped without PostgreSQL to be had from Debian)', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    const changes = [
      'ENTRYPOINT ["entrypoint"]',
      'VOLUME /var/lib/postgresql/data',
      'ENV PGDATA=/var/lib/postgresql/data',
    ];
    const args = ['import', '--quiet', ...changes.map((change) => `--change=${change}`), '-', image];
    const made = await runCommand('podman', args, { deadlineMs: 120_000, input: createReadStream(tar) });
    if (!made.ok) throw new Error(made.stderr);
    opened = await openSandbox();
  });
  afterAll(async () => {
    await opened.sweep();
    await removeImages([image]);
  });

  const password = 'only-for-this-test';
  const db = serviceConfig({
    image,
    env: [{ kind: 'secret', name: 'POSTGRES_PASSWORD', secret: 'PASSWORD', value: password, otherwise: 'skip' }],
    ready: { kind: 'tcp', port: 5432 },
    startTimeout: 120_000,
  });

  it('answers a real query of a published server', async () => {
    const { signal } = new AbortController();
    const settings = { registry: findRegistry(), env: process.env, signal, progress: () => {} };
    const installer = new Installer(opened.sandbox, settings);
    const server = serverConfig({
      name: 'postgres',
      source: {
        kind: 'npm',
        given: 'npm:@modelcontextprotocol/server-postgres@0.6.2',
        name: '@modelcontextprotocol/server-postgres',
        range: '0.6.2',
      },
      services: [db],
      args: [`postgresql://postgres:${password}@db:5432/postgres`],
    });
    const installed = await installer.install(server);
    await installer.close();
    if (installed.kind !== 'installed') throw new Error(JSON.stringify(installed));
    const options = siteOptions();
    const site = await ServerSite.prepare(opened.sandbox, server, installed.tree, options);
    const place = await site.place();
    if ('outcome' in place || place.reach.start === null) throw new Error(JSON.stringify(place));
    const started = place.reach.start();
    const sql = 'SELECT 6 * 7 AS answer, current_user AS who';
    expect(await callTool(started, 'query', { sql })).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: expect.stringMatching(/"answer": 42,\s*"who": "postgres"/u) }],
    });
    const [service] = site.services;
    expect(service).toMatchObject({ name: 'db', state: 'passed', image: { given: image } });
    expect(service?.logTail).toContain('database system is ready to accept connections');
    await place.close();
    expect(leftovers([opened]).filter((line) => line.startsWith('container'))).toEqual([]);
  });

  it('that is not configured keeps the server from starting, with what the database said', async () => {
    const services = [{ ...db, env: [] }];
    const site = await ServerSite.prepare(
      opened.sandbox,
      serverConfig({ services, command: ['true'] }),
      null,
      siteOptions(),
    );
    expect(await site.place()).toMatchObject({
      outcome: 'needs_service',
      advice: expect.stringContaining('POSTGRES_PASSWORD is not set'),
    });
  });
});

/** Speaks just enough of the protocol. */
async function callTool({ stdin, stdout }: PipedProcess, name: string, args: object): Promise<unknown> {
  const send = (message: object) => stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'test', version: '1' };
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  for await (const line of createInterface({ input: stdout })) {
    const answer = JSON.parse(line) as { id?: number; result?: unknown };
    if (answer.id === 2) return answer.result;
    if (answer.id !== 1) continue;
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name, arguments: args } });
  }
  throw new Error('the server ended');
}
