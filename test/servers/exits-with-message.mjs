// Ends as a program that throws at its top level: a stack trace on stderr, code 1. An argument replaces the message.
throw new Error(process.argv[2] ?? 'The moon is in the wrong phase');
