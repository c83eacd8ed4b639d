// Every call leaves a process behind that is detached from the server, in a session of its own, and holds its stdout and
// stderr open. Answers with that process's id. Argument: seconds that it lives (default 60).
import { spawn } from 'node:child_process';
import { serve, text, tool } from './lib.mjs';

const seconds = Number(process.argv[2] ?? 60);
const grandchild = `setTimeout(() => {}, ${seconds * 1000})`;
// The process between the two exits at once: the last one belongs to nobody.
const child = `const { spawn } = require('node:child_process');
const last = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { detached: true, stdio: ['ignore', 1, 2] });
process.send(last.pid, () => process.exit(0));`;

serve({
  tools: [tool('leave')],
  calls: {
    leave: () =>
      new Promise((resolve) => {
        const middle = spawn(process.execPath, ['-e', child], { detached: true, stdio: ['ignore', 1, 2, 'ipc'] });
        middle.once('message', (pid) => resolve(text(String(pid))));
      }),
  },
});
