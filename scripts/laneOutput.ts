import type { Readable } from 'node:stream';

/**
 * What suites print that run beside others: held back until it is their turn, so that the lines of two suites do not
 * mix; from then on passed on as it comes.
 */
export class LaneOutput {
  readonly #write: (chunk: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #isLive = false;

  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
  }

  read(stream: Readable): void {
    stream.on('data', (chunk: Uint8Array) => {
      if (this.#isLive) this.#write(chunk);
      else this.#held.push(chunk);
    });
  }

  /** It is their turn. */
  show(): void {
    this.#isLive = true;
    for (const chunk of this.#held) this.#write(chunk);
    this.#held = [];
  }
}
