// Reads its stdin and never says a word of protocol; ends when stdin ends.
process.stderr.write('Waiting for something that never comes\n');
process.stdin.resume();
