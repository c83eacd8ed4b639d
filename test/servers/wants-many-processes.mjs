// Starts as many processes as its argument says, all at a time, and tells how many it got.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serve, text, tool } from './lib.mjs';

async function startAll(count) {
  const children = Array.from({ length: count }, () => {
    // `sleep` has one thread, Node a dozen.
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    child.on('error', () => {});
    return child;
  });
  const started = children.filter(({ pid }) => pid !== undefined);
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  return `${started.length} of ${count} started`;
}

const count = Number(process.argv[2]);
serve({ tools: [tool('start')], calls: { start: async () => text(await startAll(count)) } });
