import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageWatch } from '../../src/sandbox/usage.ts';

const id = 'a'.repeat(64);
const scope = `/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-${id}.scope`;

describe('what the kernel counts of a container', () => {
  let root: string;
  let watch: UsageWatch;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'usage-'));
    mkdirSync(join(root, 'proc/77'), { recursive: true });
    mkdirSync(join(root, 'sys/fs/cgroup', scope, 'container'), { recursive: true });
    write(`sys/fs/cgroup/${scope}/container/pids.events`, 'max 0\n');
  });
  afterEach(() => {
    watch.end();
    rmSync(root, { recursive: true });
  });

  const write = (file: string, text: string) => writeFileSync(join(root, file), text);
  const count = (peak: number, kills: number, refused: number) => {
    write(`sys/fs/cgroup/${scope}/memory.peak`, `${peak}\n`);
    write(`sys/fs/cgroup/${scope}/memory.events`, `low 0\nhigh 0\nmax 9\noom 3\noom_kill ${kills}\noom_group_kill 0\n`);
    write(`sys/fs/cgroup/${scope}/pids.events`, `max ${refused}\n`);
  };
  const start = () => {
    write('pid', '77');
    write('proc/77/cgroup', `0::${scope}/container\n`);
  };

  it('is nothing before it has started', () => {
    watch = new UsageWatch(join(root, 'pid'), root);
    expect(watch.look()).toEqual({ peakMemory: null, memoryKills: 0, refusedProcesses: 0 });
  });

  it('is that of its own group, not of the one inside', () => {
    count(1_234_567, 0, 2);
    start();
    watch = new UsageWatch(join(root, 'pid'), root);
    expect(watch.look()).toEqual({ peakMemory: 1_234_567, memoryKills: 0, refusedProcesses: 2 });
  });

  it('is remembered when the group is gone', () => {
    count(5000, 1, 0);
    start();
    watch = new UsageWatch(join(root, 'pid'), root);
    watch.look();
    rmSync(join(root, 'sys'), { recursive: true });
    expect(watch.end()).toEqual({ peakMemory: 5000, memoryKills: 1, refusedProcesses: 0 });
  });

  it.each([
    ['ends a process', 'memory.events', 'oom_kill 1\n', { memoryKills: 1 }],
    ['refuses a process', 'container/pids.events', 'max 1\n', { refusedProcesses: 1 }],
  ])('is read at once when the kernel %s, which may be the last thing that happens', async (_, file, text, seen) => {
    count(5000, 0, 0);
    start();
    vi.spyOn(globalThis, 'setInterval').mockReturnValue(setTimeout(() => {}));
    watch = new UsageWatch(join(root, 'pid'), root);
    vi.mocked(setInterval).mockRestore();
    watch.look();
    const read = vi.spyOn(watch, 'look');
    write(`sys/fs/cgroup/${scope}/${file}`, text);
    await vi.waitFor(() => expect(read.mock.results.at(-1)?.value).toMatchObject(seen), 5000);
  });

  it('is not read for every process that a fork bomb is refused', async () => {
    count(5000, 0, 0);
    start();
    vi.spyOn(globalThis, 'setInterval').mockReturnValue(setTimeout(() => {}));
    watch = new UsageWatch(join(root, 'pid'), root);
    vi.mocked(setInterval).mockRestore();
    watch.look();
    const read = vi.spyOn(watch, 'look');
    const refuse = (times: number) => write(`sys/fs/cgroup/${scope}/container/pids.events`, `max ${times}\n`);
    refuse(1);
    await vi.waitFor(() => expect(read.mock.results.at(-1)?.value).toMatchObject({ refusedProcesses: 1 }), 5000);
    read.mockClear();
    refuse(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(read).not.toHaveBeenCalled();
  });

  it('has refusals that only the group inside counts, as before Linux 6.11', () => {
    count(5000, 0, 0);
    start();
    write(`sys/fs/cgroup/${scope}/container/pids.events`, 'max 3\n');
    watch = new UsageWatch(join(root, 'pid'), root);
    expect(watch.look().refusedProcesses).toBe(3);
  });

  it.each([
    ['a process that is in no container', '0::/user.slice/session-3.scope\n'],
    ['a machine without cgroup v2', '12:memory:/x\n1:name=systemd:/y\n'],
  ])('is nothing for %s', (_, cgroup) => {
    write('pid', '77');
    write('proc/77/cgroup', cgroup);
    watch = new UsageWatch(join(root, 'pid'), root);
    expect(watch.look().peakMemory).toBeNull();
  });

  it('has no peak where the kernel is older than it', () => {
    count(1, 0, 0);
    rmSync(join(root, 'sys/fs/cgroup', scope, 'memory.peak'));
    start();
    watch = new UsageWatch(join(root, 'pid'), root);
    expect(watch.look()).toEqual({ peakMemory: null, memoryKills: 0, refusedProcesses: 0 });
  });
});
