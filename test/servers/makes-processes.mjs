// A fork bomb that stops by itself at 300 processes, each in a session of its own. With the argument `at-once` it makes
// them before it speaks, and fails as programs do that did not expect a limit.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serve, text, tool } from './lib.mjs';

const most = 300;

async function makeOne() {
  const child = spawn('/usr/bin/sleep', ['120'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
}

async function fork() {
  for (let made = 0; made < most; made++) {
    try {
      await makeOne();
    } catch (error) {
      return text(`Could not make as many as ${most}: ${error.code}`, {
        structuredContent: { made, code: error.code },
      });
    }
  }
  return text(`Made ${most}.`, { structuredContent: { made: most, code: null } });
}

if (process.argv.includes('at-once')) for (let made = 0; made < most; made++) await makeOne();
serve({ tools: [tool('fork'), tool('rest')], calls: { fork, rest: () => text('Rested.') } });
