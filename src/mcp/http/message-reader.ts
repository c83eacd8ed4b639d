import { isRecord } from '../text.ts';
import { parseJson, readValue } from '../message.ts';
import type { Receiver } from '../wire.ts';
import type { HttpNotes } from './notes.ts';
import type { Secrets } from './secrets.ts';

const maxBatch = 1000;

/** Hands what stands in a body or an event to the receiver. */
export class MessageReader {
  readonly #receiver: Receiver;
  readonly #notes: HttpNotes;
  readonly #secrets: Secrets;

  constructor(receiver: Receiver, notes: HttpNotes, secrets: Secrets) {
    this.#receiver = receiver;
    this.#notes = notes;
    this.#secrets = secrets;
  }

  /**
   * @param id of the request that it belongs to: an error without an id is meant for that; null where there is none
   * @param strict whether what is no message counts as dirt
   */
  read(text: string, id: number | null, strict = true): void {
    const value = this.#secrets.cleanse(parseJson(text));
    // Batches exist in revision 2025-03-26 only.
    for (const item of Array.isArray(value) ? value.slice(0, maxBatch) : [value]) this.#one(item, id, text, strict);
  }

  #one(value: unknown, id: number | null, text: string, strict: boolean): void {
    const meant = id !== null && isRecord(value) && 'error' in value && (value['id'] ?? null) === null;
    const incoming = readValue(meant ? { ...value, id } : value);
    if (incoming.kind !== 'dirt') this.#receiver.take(incoming);
    if (strict && (incoming.kind === 'dirt' || incoming.kind === 'spoiledAnswer')) this.#notes.addDirt(text);
  }
}
