// Wants an argument, and works when it has one.
import { echo, serve } from './lib.mjs';

if (process.argv.length < 3) {
  process.stderr.write('Please provide a database URL as a command-line argument\n');
  process.exit(1);
}
serve(echo);
