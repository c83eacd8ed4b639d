// A call takes what the first argument names, and never stops by itself: `memory`, `processes`, `folders` (those given
// after it), `files` (in the folder given after it) or `descriptors`. It takes nothing where no limit holds it, since the
// machine would be lost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { serve, text, tool } from './lib.mjs';

const [what, ...folders] = process.argv.slice(2);

function holds(limit) {
  try {
    return readFileSync(`/sys/fs/cgroup/${limit}.max`, 'utf8').trim() !== 'max';
  } catch {
    return false;
  }
}

function takeMemory() {
  const taken = [];
  // Written to, or the kernel would only promise it.
  while (true) taken.push(Buffer.alloc(16 * 1024 ** 2, 1));
}

// Each process makes others for ever, by a double fork and in sessions of their own. In Perl, which every Debian and
// Ubuntu has, since a shell ends where it may not fork.
const bomb = `use POSIX 'setsid'; $SIG{CHLD} = 'IGNORE'; while (1) { next if fork; setsid; exit if fork }`;

/** Answers when the server itself is refused a process; the others go on asking. */
async function makeProcesses() {
  spawn('/usr/bin/perl', ['-e', bomb], { detached: true, stdio: 'ignore' });
  try {
    while (true) await once(spawn('/usr/bin/true', { stdio: 'ignore' }), 'exit');
  } catch (error) {
    return text(`There are no more: ${error.code}`);
  }
}

/** What is refused is asked for again; the server answers other calls in between. */
async function withoutEnd(ask) {
  for (let got = 0; ; await setImmediate()) {
    try {
      ask(got);
      got++;
    } catch {
      // Perhaps the next time.
    }
  }
}

const piece = Buffer.alloc(4 * 1024 ** 2, 1);
const opened = [];
const takes = {
  memory: takeMemory,
  processes: makeProcesses,
  folders: () =>
    Promise.all(folders.map((folder) => withoutEnd((got) => writeFileSync(join(folder, String(got)), piece)))),
  files: () =>
    withoutEnd((got) => {
      for (let more = 0; more < 100; more++) closeSync(openSync(join(folders[0], `${got}-${more}`), 'w'));
    }),
  descriptors: () => withoutEnd(() => opened.push(openSync('/dev/null', 'r'))),
};

function take() {
  if (!holds('memory') || !holds('pids')) return text('Nothing would hold it here.', { isError: true });
  return takes[what]();
}

serve({ tools: [tool('take'), tool('rest')], calls: { take, rest: () => text('Rested.') } });
