// Writes to a file of the given folder until it is refused, or to the end of the megabytes that it was asked for.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serve, text, tool } from './lib.mjs';

const megabyte = Buffer.alloc(1024 * 1024, 1);

function fill({ folder, name = 'filled', megabytes }) {
  const file = openSync(join(folder, name), 'w');
  let written = 0;
  try {
    while (written < megabytes) {
      writeSync(file, megabyte);
      written++;
    }
    return text(`Wrote ${written} MiB.`, { structuredContent: { written, code: null } });
  } catch (error) {
    const said = `Could not write more than ${written} MiB: ${error.code}`;
    return text(said, { isError: true, structuredContent: { written, code: error.code } });
  } finally {
    closeSync(file);
  }
}

const string = { type: 'string' };
serve({
  tools: [tool('fill', { folder: string, megabytes: { type: 'number' } }), tool('rest')],
  calls: { fill, rest: () => text('Rested.') },
});
