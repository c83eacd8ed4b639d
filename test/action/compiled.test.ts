import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { WorkflowResult } from '../../src/result/model.ts';
import { backend, serve, type TestServer } from '../checkout/git-server.ts';
import { makeRepository, temporaryFolder } from '../checkout/repository.ts';
import { dependentServer, startProxy, sumOf, type TestProxy, words } from '../install/go/modules.ts';
import { golang } from '../podman/golang.ts';
import { removeImages, testTag } from '../podman/test-image.ts';
import { importTar, toolTar } from '../podman/tool-image.ts';
import { leftovers } from './leftovers.ts';
import { createJob, type Job, type Stage } from './runner.ts';

const tag = testTag('golang-action');
const tar = toolTar(golang);
const module = words('v1.2.0', 'Good day');

/** A server in Go, as a registry knows it. */
const server = (name: string) => {
  const manifest = JSON.stringify({
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: `io.example/${name}`,
    description: 'Greets.',
    version: '1.0.0',
    packages: [{ registryType: 'oci', identifier: `ghcr.io/acme/${name}:1.0.0`, transport: { type: 'stdio' } }],
  });
  const files = { ...dependentServer(module, sumOf(module)), 'server.json': manifest };
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`${name}/${path.replace('cmd/greeting', `cmd/${name}`)}`, text]),
  );
};

describe.skipIf(tar === null)('servers in Go in a repository (skipped without Go to be had from Debian)', () => {
  const folder = temporaryFolder();
  let git: TestServer;
  let proxy: TestProxy;
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;
  let commit: string;
  const find = (name: string) => result.servers.find((each) => each.name === name);

  beforeAll(async () => {
    await importTar(tag, tar ?? '');
    commit = makeRepository(join(folder, 'acme', 'tools.git'), { ...server('weather'), ...server('unnamed') });
    git = await serve(backend(folder, { token: null }));
    proxy = await startProxy();
    proxy.add(module);
    const config = {
      version: 1,
      repositories: ['acme/tools'],
      servers: { weather: { image: tag, timeouts: { install: '10m' } } },
      cases: [
        {
          id: 'greets',
          server: 'weather',
          tool: 'greet',
          args: { name: 'Ada' },
          expect: { contains: 'Good day, Ada!' },
        },
      ],
    };
    job = createJob({
      files: { '.github/mcp-workflow.yml': stringify(config) },
      env: { GOPROXY: `${proxy.url},direct` },
      platform: { GITHUB_SERVER_URL: git.origin },
    });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    await git.close();
    await proxy.stop();
    job.remove();
    rmSync(folder, { recursive: true });
    await removeImages([tag]);
  });

  it('one with an image that has Go is built, started in it, and passes its cases', () => {
    expect(find('weather')?.reason).toBeNull();
    expect(find('weather')).toMatchObject({
      state: 'passed',
      source: { resolved: { kind: 'git', digest: commit } },
      image: { given: tag, toolchain: { go: '1.19.8' } },
      cases: [{ id: 'greets', state: 'passed' }],
    });
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  it('one without says which image to name', () => {
    expect(find('unnamed')).toMatchObject({
      state: 'failed',
      startup: {
        outcome: 'install_failed',
        advice: expect.stringMatching(
          /^It is written in Go, .*`image: docker\.io\/library\/golang:1`.*ghcr\.io\/acme\/unnamed/u,
        ),
      },
    });
    expect(main.exitCode).toBe(1);
  });

  it('nothing of the builds is left', async () => {
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('a run that is killed while it fetches leaves nothing after post either', async () => {
    // Never answers.
    const silent = await startProxy(() => true);
    const killed = createJob({
      files: {
        '.github/mcp-workflow.yml': stringify({
          version: 1,
          servers: { weather: { source: 'acme/tools#weather', image: tag } },
        }),
      },
      env: { GOPROXY: silent.url },
      platform: { GITHUB_SERVER_URL: git.origin },
    });
    const running = killed.start();
    await running.logged('fetching the modules of');
    while (silent.asked.length === 0) await sleep(100);
    running.kill('SIGKILL');
    await running.done;
    // The tree, and what only its build needs; containers may have ended by themselves with their gateway.
    expect(leftovers([killed]).filter((line) => line.startsWith('volume'))).toHaveLength(2);
    await killed.post();
    expect(leftovers([killed])).toEqual([]);
    await silent.stop();
    killed.remove();
  });
});
