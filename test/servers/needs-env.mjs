// Wants two variables, and works when it has them.
import { echo, serve } from './lib.mjs';

if (!process.env.EXAMPLE_API_KEY || !process.env.EXAMPLE_TEAM_ID) {
  process.stderr.write('Please set EXAMPLE_API_KEY and EXAMPLE_TEAM_ID environment variables\n');
  process.exit(1);
}
serve(echo);
