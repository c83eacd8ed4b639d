import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runCommand } from '../../src/process/run.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { importImage, removeImages, testTag } from '../podman/test-image.ts';
import { leftovers } from './leftovers.ts';
import { createJob, type Job, type RunningStage } from './runner.ts';

const program = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
const base = testTag('dockerfile');
const triggering = testTag('dockerfile-onbuild');
/** As registries know it: by an image that somebody publishes. */
const manifest = JSON.stringify({
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: 'io.example/weather',
  description: 'Weather.',
  version: '1.0.0',
  packages: [{ registryType: 'oci', identifier: 'ghcr.io/acme/weather:1.0.0', transport: { type: 'stdio' } }],
});

/** Looks around from a command of a build, and fails where there is more to be seen than there should be. */
const look = `import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
const status = readFileSync('/proc/self/status', 'utf8');
const field = (name) => new RegExp('^' + name + ':\\\\s*(.*)$', 'mu').exec(status)[1];
const seen = {
  interfaces: Object.keys(networkInterfaces()).filter((name) => name !== 'lo'),
  seccomp: field('Seccomp'), capabilities: field('CapEff'), expendable: readFileSync('/proc/self/oom_score_adj', 'utf8').trim(),
  processes: readdirSync('/proc').filter((name) => /^\\d+$/u.test(name)).length,
  system: readdirSync('/sys', { recursive: true }),
  runner: Object.keys(process.env).filter((name) => /^(GITHUB|RUNNER|ACTIONS|INPUT|STATE)_|TOKEN|SECRET/u.test(name)),
  mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((line) => line.split(' ')[4]).filter((at) => /workspace|_temp|podman|docker/u.test(at ?? '')),
};
writeFileSync('/seen.json', JSON.stringify(seen));`;

/** Fetches by the proxy that the environment names, as package managers do. */
const fetchFile = `import { writeFileSync } from 'node:fs';
const [, , url, file] = process.argv;
const answer = await fetch(url);
if (!answer.ok) { console.error(await answer.text()); process.exit(4); }
writeFileSync(file, await answer.text());`;

const files = (dockerfile: string, more: Record<string, string> = {}) => ({
  'weather/Dockerfile': dockerfile,
  'weather/server.json': manifest,
  'weather/healthy.mjs': program('healthy.mjs'),
  'weather/lib.mjs': program('lib.mjs'),
  'weather/look.mjs': look,
  'weather/fetch.mjs': fetchFile,
  'weather/.dockerignore': 'ignored.*',
  'weather/ignored.txt': '',
  ...more,
});

const cases = [
  { id: 'adds', server: 'weather', tool: 'add', args: { a: 1, b: 2 }, expect: { contains: '3' } },
  { id: 'has-env', server: 'weather', tool: 'env', args: { name: 'SKY' }, expect: { contains: 'blue' } },
  {
    id: 'knows-no-proxy',
    server: 'weather',
    tool: 'env',
    args: { name: 'HTTP_PROXY' },
    expect: { notContains: '127.0.0.1' },
  },
];

function jobOf(dockerfile: string, build: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Job {
  // The images are of this machine.
  const weather = { build: { registries: ['localhost'], ...build }, ...more };
  const config = { version: 1, repositories: ['.'], servers: { weather }, cases };
  return createJob({
    files: { ...files(dockerfile), '.github/mcp-workflow.yml': stringify(config) },
    env: { SOME_TOKEN: 'never-to-be-seen' },
  });
}

const weather = (job: Job) => WorkflowResult.parse(job.readResult()).servers.find(({ name }) => name === 'weather');

describe('a server whose repository has a Dockerfile', () => {
  let packages: Server;
  let host: string;
  const asked: string[] = [];
  let job: Job | null = null;

  beforeAll(async () => {
    await importImage(base, { node: true, shell: true });
    const dockerfile = Readable.from([`FROM ${base}\nONBUILD RUN echo surprise\n`]);
    // Of the two formats only Docker's has triggers.
    const made = await runCommand(
      'podman',
      ['build', '--format=docker', '--network=none', `--tag=${triggering}`, '-'],
      {
        deadlineMs: 120_000,
        input: dockerfile,
      },
    );
    if (!made.ok) throw new Error(made.stderr);
    packages = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('blue');
    });
    await new Promise<void>((resolve) => packages.listen(0, '0.0.0.0', resolve));
    host = `${hostname()}:${(packages.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    packages.close();
    await removeImages([base, triggering]);
  });
  afterEach(() => job?.remove());

  const start = (dockerfile: string, build?: Record<string, unknown>, more?: Record<string, unknown>) => {
    job = jobOf(dockerfile, build, more);
    return job;
  };
  const failing = async (dockerfile: string, build?: Record<string, unknown>, more?: Record<string, unknown>) => {
    const each = start(dockerfile, build, more);
    const main = await each.main();
    expect(leftovers([each])).toEqual([]);
    const server = weather(each);
    expect(server).toMatchObject({ state: 'failed', startup: { outcome: 'install_failed' } });
    expect(main.exitCode).not.toBe(0);
    return server?.startup?.advice ?? '';
  };

  it('is built in stages, without what the build was told, and tested in its image', async () => {
    const each = start(
      [
        '# syntax=docker/dockerfile:1',
        `ARG BASE=${base}`,
        'FROM ${BASE} AS files',
        'WORKDIR /src',
        'COPY . .',
        `RUN --mount=type=cache,target=/cache node fetch.mjs http://${host}/sky /sky && \\`,
        '    # the sky is fetched',
        '    [ -e look.mjs ] && [ ! -e ignored.txt ] && node look.mjs',
        'FROM ${BASE} AS base',
        'ENV SKY=blue',
        'FROM base',
        'COPY --from=files /src /app',
        'COPY --from=files /seen.json /sky /app/',
        'WORKDIR /app',
        'LABEL dev.mcp-workflow.run=mcpw-0000000000-000000',
        'ENTRYPOINT ["node", "healthy.mjs"]',
      ].join('\n'),
      { dockerfile: 'weather/Dockerfile', hosts: [host] },
    );
    const main = await each.main();
    expect(main.log).toContain('conclusion: passed');
    expect(main.log).toMatch(/building weather\/Dockerfile, stage 1 of 3, step 3 of \d+: RUN/u);
    expect(asked).toContain('/sky');
    expect(weather(each)).toMatchObject({
      state: 'passed',
      source: { resolved: { kind: 'path' } },
      image: { given: 'weather/Dockerfile', toolchain: { [base]: expect.stringMatching(/^sha256:/u) } },
    });
    expect(leftovers([each])).toEqual([]);
    await each.post();
  });

  it('is built with no more rights than an installer needs, and sees nothing of the machine', async () => {
    const each = start(
      `FROM ${base}\nWORKDIR /app\nCOPY . .\nRUN node look.mjs\nCMD ["node", "-e", "console.error(require('fs').readFileSync('/seen.json', 'utf8')); process.exit(1)"]\n`,
    );
    await each.main();
    const seen: unknown = JSON.parse(/^\{.*\}$/mu.exec(weather(each)?.startup?.stderrTail ?? '')?.[0] ?? 'null');
    expect(seen).toEqual({
      interfaces: [],
      seccomp: '2',
      // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETGID, SETUID, SETFCAP (capability.h)
      capabilities: '00000000800000db',
      // What memory runs out by, the kernel ends first.
      expendable: '1000',
      // The shell and itself.
      processes: 2,
      // Neither its control groups, which whoever runs podman may write to, nor its network cards.
      system: ['fs', 'fs/cgroup'],
      runner: [],
      mounts: [],
    });
  });

  describe('with a volume before a command', () => {
    let secret: string;
    beforeAll(() => {
      secret = mkdtempSync(join(tmpdir(), 'mcp-workflow-machine-'));
      chmodSync(secret, 0o755);
      writeFileSync(join(secret, 'login.json'), 'never-to-be-read');
    });
    afterAll(() => rmSync(secret, { recursive: true }));

    it.each([
      [
        'that becomes a link',
        (path: string) => [
          'VOLUME /p/v',
          `RUN node -e "const f = require('fs'); f.renameSync('/p', '/q'); f.mkdirSync('/p'); f.symlinkSync('${path}', '/p/v')"`,
          `RUN node -e "console.error(require('fs').readFileSync('/p/v/login.json', 'utf8'))"`,
        ],
      ],
      [
        'whose name is an option of a mount',
        (path: string) => [
          "RUN node -e \"require('fs').mkdirSync('/p')\"",
          `VOLUME ["/p,lowerdir=${path}"]`,
          `RUN node -e "console.error(require('fs').readFileSync('/p,lowerdir=${path}/login.json', 'utf8'))"`,
        ],
      ],
    ])('%s, reads nothing of the machine', async (_what, instructions) => {
      const each = start([`FROM ${base}`, ...instructions(secret), 'CMD ["node"]'].join('\n'));
      const main = await each.main();
      expect(weather(each)).toMatchObject({ state: 'failed', startup: { outcome: 'install_failed' } });
      expect(main.log + JSON.stringify(each.readResult())).not.toContain('never-to-be-read');
    });
  });

  it('has the folders that its image declares, with what was put there before and after', async () => {
    const each = start(
      [
        `FROM ${base} AS one`,
        'VOLUME /data',
        `RUN node -e "const f = require('fs'); f.mkdirSync('/data', { recursive: true }); f.writeFileSync('/data/sky', 'blue')"`,
        'FROM one',
        'VOLUME /more',
        'WORKDIR /app',
        'COPY . .',
        "CMD [\"node\", \"-e\", \"const f = require('fs'); f.writeFileSync('/data/new', f.readFileSync('/data/sky')); f.writeFileSync('/more/new', ''); console.error('written'); process.exit(1)\"]",
      ].join('\n'),
    );
    await each.main();
    expect(weather(each)?.startup?.stderrTail).toContain('written');
  });

  it.each([
    ['a command that fails', 'RUN echo working && \\\n  exit 3', 'weather/Dockerfile:2', ['exit code 3']],
    ['a file that is not there', 'COPY nothing.txt /', 'weather/Dockerfile:2', ['nothing.txt']],
    ['another transport', 'FROM docker-archive:/etc/passwd', 'weather/Dockerfile:2', ['docker-archive']],
    ['an insecure command', 'RUN --security=insecure id', 'weather/Dockerfile:2', ['--security']],
    ['the network of the machine', 'RUN --network=host id', 'weather/Dockerfile:2', ['--network']],
    ['ADD of an address', 'ADD https://example.com/x /x', 'weather/Dockerfile:2', ['ADD']],
  ])('says where and why it cannot be built: %s', async (_what, instruction, place, words) => {
    const advice = await failing(`FROM ${base}\n${instruction}\n`);
    expect(advice.startsWith(place)).toBe(true);
    for (const word of words) expect(advice).toContain(word);
  });

  it('may not reach a host that nobody listed', async () => {
    const advice = await failing(`FROM ${base}\nCOPY fetch.mjs /\nRUN node /fetch.mjs http://${host}/other /x\n`);
    expect(advice).toContain(`The build asked for ${host}`);
    expect(advice).toContain('`build.hosts`');
    expect(asked).not.toContain('/other');
  });

  it('has the time of the install', async () => {
    const advice = await failing(
      `FROM ${base}\nRUN node -e "setInterval(() => {}, 1000)"\n`,
      {},
      {
        timeouts: { install: '8s' },
      },
    );
    expect(advice).toContain('did not end within the 8 s of the install');
  });

  it('may not begin from an image that does more than it says', async () => {
    expect(await failing(`FROM ${triggering}\n`)).toMatch(/^weather\/Dockerfile:1: .*ONBUILD/u);
  });

  it('may not begin from an image of this machine that nobody listed', async () => {
    const advice = await failing(`FROM scratch\nCOPY --from=${base} /usr /usr\n`, { registries: ['ghcr.io'] });
    expect(advice).toMatch(
      /^weather\/Dockerfile:2: the image localhost\/\S+ may not be used: it is of no public registry,/u,
    );
    expect(advice).toContain('Add `localhost` under `build.registries`');
  });

  it('is not built where nobody asked for it', async () => {
    const each = createJob({
      files: {
        Dockerfile: `FROM ${base}\nLABEL io.modelcontextprotocol.server.name="io.example/weather"\nENTRYPOINT ["node", "healthy.mjs"]\n`,
      },
      inputs: { repositories: '.' },
    });
    job = each;
    await each.main();
    const [server] = WorkflowResult.parse(each.readResult()).servers;
    expect(server?.startup?.advice ?? '').toContain('`build: dockerfile`');
  });

  describe('cut short while a command runs', () => {
    const endless = `FROM ${base} AS one\nRUN echo one\nFROM one\nRUN node -e "require('child_process').spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { detached: true }); setInterval(() => {}, 1000)"\n`;
    const building = async (running: RunningStage) => {
      await running.logged('stage 2 of 2, step 1 of 1');
      // Podman says so before it does.
      await sleep(1500);
    };

    it('leaves nothing after post where main was killed', async () => {
      const each = start(endless);
      const running = each.start();
      await building(running);
      running.kill('SIGKILL');
      await running.done;
      const post = await each.post();
      expect(post.exitCode).toBe(0);
      expect(leftovers([each])).toEqual([]);
    });

    it('ends in time, and leaves nothing, where the job is cancelled', async () => {
      const each = start(endless);
      const running = each.start();
      await building(running);
      const { signal } = await running.cancel();
      expect(signal).toBe(null);
      await each.post();
      expect(leftovers([each])).toEqual([]);
    });
  });
});
