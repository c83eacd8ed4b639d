import { cut } from './text.ts';

const keptLines = 20;
const lineLength = 200;
const countedMethods = 3;
/** More than this on stdout that is no message ends the session. */
const maxDirtBytes = 64 * 1024 * 1024;
const maxDirtLines = 100_000;

/** What a server wrote on stdout that it should not have written; bounded, whatever comes. */
export class StdoutNotes {
  dirtyLines = 0;
  dirtyBytes = 0;
  /** The first dirty lines that are not blank, each cut to 200 characters. */
  readonly dirt: string[] = [];
  /** Answers to requests that were never made, or made and answered before. */
  strayAnswers = 0;
  /** Answers whose id is the request's number written as a string. */
  retypedIds = 0;
  notUtf8 = 0;
  tooLong = 0;
  /** Requests of the server to a client that declared no capability; the first few methods by name. */
  serverRequests = 0;
  readonly requestedMethods: string[] = [];

  addDirt(text: string, bytes: number): void {
    this.dirtyLines++;
    this.dirtyBytes += bytes;
    if (this.dirt.length < keptLines && text.trim() !== '') this.dirt.push(cut(text.trimEnd(), lineLength));
  }

  addServerRequest(method: string): void {
    this.serverRequests++;
    const name = cut(method, lineLength);
    if (this.requestedMethods.length < countedMethods && !this.requestedMethods.includes(name)) {
      this.requestedMethods.push(name);
    }
  }

  get flooded(): boolean {
    return this.dirtyBytes > maxDirtBytes || this.dirtyLines > maxDirtLines;
  }
}
