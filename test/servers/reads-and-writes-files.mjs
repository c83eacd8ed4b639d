// Tools that read and write files where they are told, and say the system's error code where they may not.
import { readFileSync, writeFileSync } from 'node:fs';
import { serve, text, tool } from './lib.mjs';

const string = { type: 'string' };
const attempt = (work) => {
  try {
    return text(work());
  } catch (error) {
    return text(error.code, { isError: true });
  }
};

serve({
  tools: [tool('read', { path: string }), tool('write', { path: string, content: string })],
  calls: {
    read: ({ path }) => attempt(() => readFileSync(path, 'utf8')),
    write: ({ path, content }) =>
      attempt(() => {
        writeFileSync(path, content);
        return 'written';
      }),
  },
});
