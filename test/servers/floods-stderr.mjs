// Works, while it writes to stderr as fast as it can: 1 GB of short lines, of long lines (`long`), or without line ends (`no-newline`).
import { echo, serve } from './lib.mjs';

const chunks = { 'no-newline': 'x'.repeat(65_536), long: `${'x'.repeat(1000)}\n`.repeat(60) };
const chunk = chunks[process.argv[2]] ?? 'still here and talking\n'.repeat(3000);
let left = 1_000_000_000;

function flood() {
  while (left > 0) {
    left -= chunk.length;
    if (!process.stderr.write(chunk)) {
      process.stderr.once('drain', flood);
      return;
    }
  }
}

serve({
  ...echo,
  methods: {
    'notifications/initialized': () => {
      flood();
    },
  },
});
