/**
 * What a person types on its way to the program. While another window holds the keyboard nothing typed is lost: it is
 * kept, and Enter takes over.
 */
import { readKey } from './key.ts';
import type { InputOutcome } from '../../protocol/wire/mark.ts';

export interface GateOptions {
  readonly write: (bytes: Uint8Array) => Promise<InputOutcome>;
  /** Takes the keyboard from whoever has it. */
  readonly take: () => void;
  readonly onDenied: () => void;
  readonly onFull: () => void;
}

export class InputGate {
  readonly #options: GateOptions;
  #denied = false;
  #kept: Uint8Array[] = [];
  #writing = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Typed by a person. */
  type(bytes: Uint8Array): void {
    if (!this.#denied) {
      this.#write(bytes);
      return;
    }
    const enter = enterLength(bytes);
    if (enter > 0) {
      this.#options.take();
      this.#denied = false;
      this.#writeKept(bytes.subarray(enter));
      return;
    }
    this.#kept.push(bytes);
    // The other window may have fallen silent by now.
    if (this.#writing === 0) this.#writeKept();
  }

  /** Said by the terminal itself: worth one attempt and no question. */
  reply(bytes: Uint8Array): void {
    void this.#options.write(bytes);
  }

  /** The keyboard is ours. */
  granted(): void {
    if (!this.#denied) return;
    this.#denied = false;
    this.#writeKept();
  }

  #writeKept(...more: Uint8Array[]): void {
    const bytes = Buffer.concat([...this.#kept, ...more]);
    this.#kept = [];
    if (bytes.length > 0) this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    this.#writing += 1;
    void this.#options.write(bytes).then((outcome) => {
      this.#writing -= 1;
      if (outcome === 'denied') this.#refuse(bytes);
      else if (outcome === 'inputFull') this.#options.onFull();
      else if (outcome === 'delivered' && this.#denied) this.granted();
    });
  }

  #refuse(bytes: Uint8Array): void {
    this.#kept.push(bytes);
    if (this.#denied) return;
    this.#denied = true;
    this.#options.onDenied();
  }
}

/** Bytes of the Enter key at the start, in any of its forms; 0 when it is another key. */
function enterLength(bytes: Uint8Array): number {
  const read = readKey(Buffer.from(bytes.subarray(0, 64)).toString('latin1'), 0);
  if (read.found !== 'key' || read.key.released) return 0;
  const { character, ctrl } = read.key;
  return character === '\r' || (ctrl && (character === 'm' || character === 'j')) ? read.length : 0;
}
