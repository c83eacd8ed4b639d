import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';

/** Where distributions put Podman's default profile (containers-common(5)); an administrator's own comes first. */
const defaultProfiles = ['/etc/containers/seccomp.json', '/usr/share/containers/seccomp.json'];

/**
 * What the default profile lets through and no MCP server needs: the kernel's largest and least tried surfaces, and the
 * way to a user namespace with capabilities of its own. Node, its workers and child processes run without them.
 */
const denied = new Set([
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'fanotify_init',
  'fanotify_mark',
  'personality',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'keyctl',
  'add_key',
  'request_key',
  'process_vm_readv',
  'process_vm_writev',
  'kcmp',
  'pidfd_getfd',
  'ptrace',
  'name_to_handle_at',
  'open_by_handle_at',
  'setns',
  'unshare',
  'mount',
  'umount',
  'umount2',
  'pivot_root',
  'chroot',
  'mount_setattr',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsconfig',
  'fsmount',
  'fspick',
]);

/** The CLONE_NEW* flags of clone(2), all of them. */
const namespaceFlags = 0x7e02_0000;
const EPERM = 1;
const ENOSYS = 38;

const Profile = z.looseObject({
  syscalls: z.array(z.looseObject({ names: z.array(z.string()), action: z.string() })),
});

/**
 * Derives a stricter profile from the distribution's, so that it follows the kernel and libc of this machine.
 * @param target where to write it. @returns false where no default profile exists to derive from.
 */
export async function writeStrictSeccomp(target: string): Promise<boolean> {
  for (const file of defaultProfiles) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    const profile = Profile.parse(JSON.parse(text));
    await writeFile(target, JSON.stringify({ ...profile, syscalls: strict(profile.syscalls) }));
    return true;
  }
  return false;
}

function strict(rules: z.infer<typeof Profile>['syscalls']) {
  const replaced = new Set([...denied, 'clone', 'clone3']);
  const kept = rules
    .map((rule) => ({ ...rule, names: rule.names.filter((name) => !replaced.has(name)) }))
    .filter((rule) => rule.names.length > 0);
  return [
    ...kept,
    { names: [...denied], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    // Its flags lie in memory, where a filter cannot look; libc falls back to clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}
