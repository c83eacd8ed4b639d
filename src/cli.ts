#!/usr/bin/env node
import { commandLine } from './workflow/command-line.ts';
import { exit, interruptSignal, surviveClosedOutputs } from './process/signals.ts';

surviveClosedOutputs();
const interrupt = interruptSignal();
try {
  await exit(await commandLine(process.argv, process.env, interrupt));
} catch (error) {
  process.stderr.write(`Internal error, please report it: ${error instanceof Error ? error.message : String(error)}\n`);
  await exit(3);
}
