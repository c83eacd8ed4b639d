// Ends with code 0 without a word, as some command line tools do that want a subcommand.
process.exit(0);
