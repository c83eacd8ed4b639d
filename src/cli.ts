#!/usr/bin/env node
import { commandLine } from './cli/command-line.ts';
import { workflowEngine } from './cli/engine.ts';
import { streams } from './cli/streams.ts';
import { messageOf } from './process/failure.ts';
import { keepHeapSmall } from './process/heap.ts';
import { exit, interruptSignal, surviveClosedOutputs } from './process/signals.ts';
import { catchStrays } from './process/strays.ts';

keepHeapSmall();
surviveClosedOutputs();
const { stdout, env } = process;
const fail = (error: unknown) => streams.say(`Internal error, please report it: ${messageOf(error)}`);
catchStrays({ fail, warn: () => {} }, () => exit(3));
try {
  const exitCode = await commandLine(process.argv, {
    engine: workflowEngine,
    directory: process.cwd(),
    env,
    interrupt: interruptSignal(),
    color: stdout.isTTY && env['NO_COLOR'] === undefined,
    ...streams,
  });
  await exit(exitCode);
} catch (error) {
  fail(error);
  await exit(3);
}
