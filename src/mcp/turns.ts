/** Lets one thing be done after another. */
export class Turns {
  #previous: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get busy(): boolean {
    return this.#waiting > 0;
  }

  take<T>(what: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#previous.then(what).finally(() => this.#waiting--);
    this.#previous = turn;
    return turn;
  }
}
