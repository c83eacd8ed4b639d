import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { watch } from '../../src/cli/watch.ts';
import * as make from '../report/results.ts';
import { aFolder, anEngine, command } from './fakes.ts';

interface Watched extends AsyncDisposable {
  readonly folder: string;
  readonly said: string[];
  /** What changed before each round. */
  readonly rounds: (readonly string[])[];
  /** Resolves when so many rounds have begun. */
  reached(count: number): Promise<void>;
  /** Ends it; resolves when it has ended. */
  end(): Promise<void>;
}

/** Watches a folder with one case file, `cases/a.yml`. @param during runs in each round */
async function watching(during: (round: number) => Promise<void> = () => Promise.resolve()): Promise<Watched> {
  const folder = await aFolder({
    '.github/mcp-workflow.yml': 'a',
    'cases/a.yml': 'a',
    'cases/__snapshots__/a.snap.json': '{}',
  });
  const files = ['.github/mcp-workflow.yml', 'cases/a.yml', 'cases/__snapshots__/a.snap.json'].map((file) =>
    join(folder.path, file),
  );
  const rounds: (readonly string[])[] = [];
  const said: string[] = [];
  const interrupt = new AbortController();
  let begun: () => void = () => {};
  const ready = Promise.withResolvers<void>();
  const ended = watch(
    async (changed) => {
      rounds.push(changed);
      begun();
      await during(rounds.length);
      return { files };
    },
    {
      directory: folder.path,
      interrupt: interrupt.signal,
      config: null,
      say: (line) => {
        said.push(line);
        if (line.startsWith('Watching')) ready.resolve();
      },
    },
  );
  await ready.promise;
  const end = async () => {
    interrupt.abort('SIGINT');
    await ended;
  };
  return {
    folder: folder.path,
    said,
    rounds,
    reached: async (count) => {
      while (rounds.length < count) await new Promise<void>((resolve) => (begun = resolve));
    },
    end,
    [Symbol.asyncDispose]: async () => {
      await end();
      await folder[Symbol.asyncDispose]();
    },
  };
}

// The watcher needs a moment until the system tells it of changes.
const settle = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('--watch', () => {
  it('runs again when a file changes, and says which', async () => {
    await using watched = await watching();
    await settle();
    await writeFile(join(watched.folder, 'cases/a.yml'), 'b');
    await watched.reached(2);
    expect(watched.rounds).toEqual([[], ['cases/a.yml']]);
    expect(watched.said).toContain('\nChanged: cases/a.yml. Running again.');
  });

  it('runs once for several changes, also where files are replaced as a whole, added and removed', async () => {
    await using watched = await watching();
    await settle();
    await writeFile(join(watched.folder, 'new.tmp'), 'b');
    await rename(join(watched.folder, 'new.tmp'), join(watched.folder, '.github/mcp-workflow.yml'));
    await writeFile(join(watched.folder, 'cases/b.yml'), 'b');
    await rm(join(watched.folder, 'cases/a.yml'));
    await watched.reached(2);
    await settle();
    expect(watched.rounds).toEqual([[], ['.github/mcp-workflow.yml', 'cases/a.yml', 'cases/b.yml']]);
  });

  it('does not run for what rounds write, or for other files', async () => {
    await using watched = await watching();
    await settle();
    await writeFile(join(watched.folder, 'cases/__snapshots__/a.snap.json'), '{ }');
    await writeFile(join(watched.folder, 'junit.xml'), '<a/>');
    await writeFile(join(watched.folder, 'result.json'), '{}');
    await settle();
    expect(watched.rounds).toHaveLength(1);
  });

  it('runs once more for a change during a round', async () => {
    const again = Promise.withResolvers<void>();
    await using watched = await watching(async (round) => {
      if (round !== 2) return;
      await writeFile(join(watched.folder, 'cases/a.yml'), 'c');
      again.resolve();
      await settle();
    });
    await settle();
    await writeFile(join(watched.folder, 'cases/a.yml'), 'b');
    await again.promise;
    await watched.reached(3);
    expect(watched.rounds[2]).toEqual(['cases/a.yml']);
  });

  it('ends with the interruption, whether it waits or runs', async () => {
    await using waiting = await watching();
    await waiting.end();
    expect(waiting.rounds).toHaveLength(1);
  });

  it('keeps the servers between rounds, removes them at the end, and ends with the last exit code', async () => {
    await using folder = await aFolder({ '.github/mcp-workflow.yml': 'a' });
    const interrupt = new AbortController();
    const events: string[] = [];
    const result = make.aResult([make.aServer('s')]);
    const engine = anEngine({
      openRounds: () => ({
        round: () => {
          events.push('round');
          return Promise.resolve({ result, exitCode: 1, files: [join(folder.path, '.github/mcp-workflow.yml')] });
        },
        end: () => {
          events.push('end');
          return Promise.resolve();
        },
      }),
    });
    const { exitCode, out } = await command(['run', '--watch'], {
      engine,
      directory: folder.path,
      interrupt: interrupt.signal,
      say: (line) => {
        if (line.startsWith('Watching')) setTimeout(() => interrupt.abort('SIGINT'), 10);
      },
    });
    expect({ exitCode, events }).toEqual({ exitCode: 1, events: ['round', 'end'] });
    expect(out).toContain('PASSED');
  });
});
