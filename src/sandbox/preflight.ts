import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { runCommand } from '../process/run.ts';
import { SandboxUnavailable } from './errors.ts';

/** What the host turned out to be. */
export interface PodmanFacts {
  readonly version: string;
  readonly cgroup: 'v1' | 'v2';
  readonly controllers: ReadonlySet<string>;
  /** Milliseconds that it took to say so. */
  readonly answerMs: number;
}

const oldest = [4, 3] as const;

/**
 * Finds out whether rootless Podman works here, as the user we are.
 * @throws SandboxUnavailable with one sentence that says what to do.
 */
export async function inspectPodman(): Promise<PodmanFacts> {
  const info = await runCommand(
    'podman',
    ['info', '--format', '{{.Version.Version}}\t{{.Host.CgroupsVersion}}\t{{json .Host.CgroupControllers}}'],
    { deadlineMs: 60_000 },
  );
  if (info.spawnError !== null) {
    throw new SandboxUnavailable(
      'Podman is not installed: on Debian or Ubuntu run `sudo apt-get install podman uidmap catatonit`, or use a GitHub-hosted ubuntu-24.04 runner, which has it.',
    );
  }
  // An old Podman may not know the fields asked for: ask its version apart, so that the sentence names the cause.
  if (!info.ok) await refuseOldPodman();
  await refuseMissingSubIds();
  if (!info.ok) {
    const lastLine = info.stderr.trim().split('\n').at(-1) ?? '';
    const what = info.timedOut ? 'did not answer within 60 s' : `failed: ${lastLine}`;
    throw new SandboxUnavailable(`\`podman info\` ${what} Run it by hand as this user to see what is wrong.`);
  }
  const [version = '', cgroup = '', controllers = '[]'] = info.stdout.trim().split('\t');
  refuseVersion(version);
  const delegated = [...parseControllers(controllers), ...(await userControllers())];
  return { version, cgroup: cgroup === 'v2' ? 'v2' : 'v1', controllers: new Set(delegated), answerMs: info.durationMs };
}

/** @throws SandboxUnavailable where rootless Podman cannot be: another system, root, or a job container. */
export function refuseWrongPlace(env: Readonly<NodeJS.ProcessEnv>): void {
  if (process.platform !== 'linux') {
    throw new SandboxUnavailable(
      `Rootless Podman needs Linux, and this is ${process.platform}: use a Linux runner such as ubuntu-24.04.`,
    );
  }
  if (process.getuid?.() === 0) {
    throw new SandboxUnavailable(
      "This process runs as root, where Podman would not be rootless and a container's root would be the machine's: run it as an ordinary user.",
    );
  }
  if (env['GITHUB_ACTIONS'] === 'true' && existsSync('/.dockerenv') && existsSync('/__w')) {
    throw new SandboxUnavailable(
      'This job runs in a `container:`, where rootless Podman cannot nest: remove `container:` from the job, the action brings its own isolation.',
    );
  }
}

async function refuseOldPodman(): Promise<void> {
  const result = await runCommand('podman', ['--version'], { deadlineMs: 10_000 });
  refuseVersion(/\d+\.\d+(\.\d+)?/u.exec(result.stdout)?.[0] ?? '');
}

function refuseVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version === '' || major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new SandboxUnavailable(
    `Podman ${version} is too old, ${oldest.join('.')} or later is needed: use ubuntu-24.04 instead of ubuntu-22.04, or install a newer Podman.`,
  );
}

async function refuseMissingSubIds(): Promise<void> {
  const { username, uid } = userInfo();
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const mine = text.split('\n').filter((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
    if (mine.some((line) => Number(line.split(':')[2]) >= 65_536)) continue;
    // Directory services may give ranges without the file; then Podman itself is the judge.
    if (mine.length === 0 && (await usesSubIdService())) continue;
    throw new SandboxUnavailable(
      `${username} has no range of 65,536 ids in ${file}: run \`sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}\`, then \`podman system migrate\`.`,
    );
  }
}

async function usesSubIdService(): Promise<boolean> {
  const text = await readFile('/etc/nsswitch.conf', 'utf8').catch(() => '');
  return /^\s*subid:/mu.test(text);
}

/** Podman names the controllers of the cgroup that it runs in; with systemd it puts containers elsewhere, below this. */
async function userControllers(): Promise<string[]> {
  const { uid } = userInfo();
  const file = `/sys/fs/cgroup/user.slice/user-${uid}.slice/user@${uid}.service/cgroup.controllers`;
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split(/\s+/u).filter(Boolean);
}

function parseControllers(text: string): string[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(String) : [];
}
