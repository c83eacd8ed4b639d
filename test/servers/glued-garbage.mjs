// Prints without a line end before its answers, so that no line is a message.
import { echo, serve } from './lib.mjs';

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk) => write(`Handling request... ${chunk}`);
serve(echo);
