import pLimit from 'p-limit';
import { Worker } from 'node:worker_threads';
import type { Reply, Task, WorkerMessage } from './schema-worker.mjs';

/** `late`: the task took more time or memory than it may have, and the worker was ended. `broken`: the worker itself failed; `reason` is a sentence. */
export type TaskOutcome =
  | { readonly state: 'done'; readonly reply: Reply }
  | { readonly state: 'late' }
  | { readonly state: 'broken'; readonly reason: string };

/** Loading the worker is our affair and on no task's time; this is only against a hang. */
const startLimitMs = 30_000;
/** A thread that gets no processor is not late: servers beside it may have taken all there is. Against a hang as well. */
const starvedLimitMs = 60_000;

/** Of a thread's heap, in MiB. What branches without end may come to this sooner than to its deadline. */
export const workerMiB = 64;

/** One thread for hostile work, one task at a time; a task that passes its deadline ends the thread, the next starts anew. */
export class DeadlineWorker {
  readonly #deadlineMs: number;
  readonly #inTurn = pLimit(1);
  #worker: Worker | null = null;
  #closed = false;

  /** @param deadlineMs of the thread's processor time, from the moment it begins a task, not from when it was asked for. */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** Never rejects. */
  run(task: Task): Promise<TaskOutcome> {
    return this.#inTurn(() => this.#perform(task));
  }

  /** Ends the thread; tasks that still wait are answered as `broken`. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  async #perform(task: Task): Promise<TaskOutcome> {
    if (this.#closed) return broken('the checker was closed');
    let worker: Worker;
    try {
      worker = this.#worker ??= this.#start();
    } catch (error) {
      return broken(`the checker could not be started: ${String(error).slice(0, 200)}`);
    }
    const outcome = await exchange(worker, task, this.#deadlineMs);
    if (outcome.state !== 'done') {
      this.#worker = null;
      await worker.terminate();
    }
    return outcome;
  }

  #start(): Worker {
    // No environment: what a schema can bring about has no business with secrets. No flags: some are not for threads.
    const options = {
      env: {},
      execArgv: [],
      // Whatever it might print would be written to our own streams. Nobody reads these: that would keep the process.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: workerMiB, maxYoungGenerationSizeMb: 16 },
    };
    const worker = new Worker(new URL('./schema-worker.mjs', import.meta.url), options);
    worker.unref();
    worker.on('error', () => {
      if (this.#worker === worker) this.#worker = null;
    });
    return worker;
  }
}

const broken = (reason: string): TaskOutcome => ({ state: 'broken', reason });

function exchange(worker: Worker, task: Task, deadlineMs: number): Promise<TaskOutcome> {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome: TaskOutcome) => {
      settled = true;
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve(outcome);
    };
    // A busy main thread sees its timers before the answer that is already waiting: look at the messages once more.
    const timeUp = (outcome: TaskOutcome) => () => void setImmediate(settle, outcome);
    const waitFor = (ms: number, then: () => void) => {
      clearTimeout(timer);
      if (!settled) timer = setTimeout(then, ms);
    };
    const late = timeUp({ state: 'late' });
    const onMessage = (message: WorkerMessage) => {
      if ('reply' in message) return settle({ state: 'done', reply: message.reply });
      const began = performance.now();
      const look = async () => {
        // Should the thread not say, it is late then.
        waitFor(starvedLimitMs, late);
        const starved = performance.now() - began > starvedLimitMs;
        const left = deadlineMs - ((await processorMs(worker)) - message.began);
        if (starved || left <= 0) late();
        else waitFor(Math.ceil(left), look);
      };
      waitFor(deadlineMs, look);
    };
    const onError = (error: unknown) => {
      const full = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      settle(full ? { state: 'late' } : broken(`the checker broke off: ${String(error).slice(0, 200)}`));
    };
    const onExit = () => settle(broken('the checker ended before it answered'));
    // These timers are not unref'ed: while a task is under way the process waits for it, at most this long.
    let timer = setTimeout(timeUp(broken('the checker did not start')), startLimitMs);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(task);
  });
}

/** @returns what the thread has used up to now; nothing where it is gone, all there is where Node cannot tell */
async function processorMs(worker: Worker): Promise<number> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch (error) {
    // Before Node 24.6 there is no such method, and the clock decides. The exit of a thread is told by an event.
    return error instanceof TypeError ? Infinity : 0;
  }
}
