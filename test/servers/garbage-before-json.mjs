// Prints a banner on stdout before it speaks.
import { echo, serve } from './lib.mjs';

process.stdout.write('> fixture@1.0.0 start\n\n  Welcome to the fixture!\n{"level":"info","msg":"started"}\n');
serve(echo);
