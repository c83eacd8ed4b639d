import { cut } from './text.ts';

const keptLines = 20;
const lineLength = 200;
/** More than this on stdout that is no message ends the session. */
const maxDirtBytes = 64 * 1024 * 1024;
const maxDirtLines = 100_000;

/** What a server wrote on stdout that it should not have written; bounded, whatever comes. */
export class StdoutNotes {
  dirtyLines = 0;
  dirtyBytes = 0;
  /** The first dirty lines that are not blank, each cut to 200 characters. */
  readonly dirt: string[] = [];
  notUtf8 = 0;
  tooLong = 0;

  addDirt(text: string, bytes: number): void {
    this.dirtyLines++;
    this.dirtyBytes += bytes;
    if (this.dirt.length < keptLines && text.trim() !== '') this.dirt.push(cut(text.trimEnd(), lineLength));
  }

  get flooded(): boolean {
    return this.dirtyBytes > maxDirtBytes || this.dirtyLines > maxDirtLines;
  }
}
