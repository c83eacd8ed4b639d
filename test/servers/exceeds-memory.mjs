// Takes as many MiB as its first argument says, which is more than it was given: `at-start`, `in-call`, or `in-child`, a
// process of its own which it outlives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { echo, serve, text, tool } from './lib.mjs';

const [size, when] = process.argv.slice(2);

function take(mebibytes) {
  const held = [];
  // Written to, or the kernel would only promise it.
  for (let taken = 0; taken < Number(mebibytes); taken += 16) held.push(Buffer.alloc(16 * 1024 ** 2, 1));
  return `holding ${held.length * 16} MiB`;
}

async function takeInChild() {
  const child = spawn(process.execPath, [import.meta.filename, size, 'as-child'], { stdio: 'ignore' });
  const [code, signal] = await once(child, 'exit');
  return `the child ended with ${signal ?? code}`;
}

if (when === 'as-child') {
  take(size);
} else {
  if (when === 'at-start') take(size);
  const tools = [...echo.tools, tool('take')];
  const taken = when === 'in-child' ? takeInChild : () => take(size);
  serve({ tools, calls: { ...echo.calls, take: async () => text(await taken()) } });
}
