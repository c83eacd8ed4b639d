// Over stdio, in both eras; with the argument `reject` in the modern one only.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { modernServer } from './v2-tools.mjs';

serveStdio(modernServer, { legacy: process.argv[2] ?? 'serve' });
