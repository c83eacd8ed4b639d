// Wants a database that is not there.
import { connect } from 'node:net';

connect({ host: '127.0.0.1', port: 1 }).on('error', (error) => {
  process.stderr.write(`Failed to start: ${error.message}\n`);
  process.exit(1);
});
