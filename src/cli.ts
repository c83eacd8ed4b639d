#!/usr/bin/env node
import { commandLine } from './cli/command-line.ts';
import { workflowEngine } from './cli/engine.ts';
import { keepHeapSmall } from './process/heap.ts';
import { exit, interruptSignal, surviveClosedOutputs } from './process/signals.ts';

keepHeapSmall();
surviveClosedOutputs();
const { stdout, stderr, env } = process;
try {
  const exitCode = await commandLine(process.argv, {
    engine: workflowEngine,
    directory: process.cwd(),
    env,
    interrupt: interruptSignal(),
    color: stdout.isTTY && env['NO_COLOR'] === undefined,
    print: (text) => void stdout.write(text),
    say: (line) => void stderr.write(`${line}\n`),
  });
  await exit(exitCode);
} catch (error) {
  stderr.write(`Internal error, please report it: ${error instanceof Error ? error.message : String(error)}\n`);
  await exit(3);
}
