import { isApproximate } from '../../link/snapshot/snapshot.ts';
import { Emulator } from './emulator.ts';
import { restore } from './making.ts';
import type { ScreenPiece, ScreenQuestion, ScreenQuestions } from './request.ts';

/** Cancels a sequence that the missing bytes would have ended. */
const cancel = Uint8Array.of(0x18);

/** What a terminal says to each question; undefined where too little is known of it. Throws what the parser throws. */
export function askScreen(request: ScreenQuestions): (string | undefined)[] {
  const emulator = new Emulator(request.size);
  try {
    restore(emulator, request.snapshot);
    return new Asking(emulator, request).answer();
  } finally {
    emulator.dispose();
  }
}

class Asking {
  readonly #emulator: Emulator;
  readonly #request: ScreenQuestions;
  #at: number;
  /** Something of the screen may be unknown. */
  #isDoubtful: boolean;

  constructor(emulator: Emulator, request: ScreenQuestions) {
    this.#emulator = emulator;
    this.#request = request;
    this.#at = request.seq;
    this.#isDoubtful = request.snapshot !== undefined && isApproximate(request.snapshot);
  }

  answer(): (string | undefined)[] {
    return this.#request.questions.map((question) => this.#answerOne(question));
  }

  #answerOne({ text, end }: ScreenQuestion): string | undefined {
    if (end < this.#at) return undefined;
    this.#playTo(end);
    // Asked once more, because a screen may have been stored just behind the question; it changes nothing.
    const said = this.#emulator.ask(new TextEncoder().encode(text));
    if (this.#isDoubtful && this.#emulator.missing.settle().shown) return undefined;
    return said === '' ? undefined : said;
  }

  /** Everything before `to`, the marks at the same place excepted. */
  #playTo(to: number): void {
    for (const piece of this.#request.pieces) {
      if (piece.kind === 'output') this.#emulator.feed(cut(piece, this.#at, to));
      else if (piece.seq >= this.#at && piece.seq < to) this.#applyMark(piece);
    }
    this.#at = to;
  }

  #applyMark(piece: Exclude<ScreenPiece, { kind: 'output' }>): void {
    if (piece.kind === 'resize') return this.#emulator.resize(piece.size);
    this.#isDoubtful = true;
    this.#emulator.feed(cancel);
    this.#emulator.missing.lose(piece.lost);
  }
}

function cut(
  { seq, bytes }: Extract<ScreenPiece, { kind: 'output' }>,
  from: number,
  to: number,
): Uint8Array {
  return bytes.subarray(Math.max(0, from - seq), Math.max(0, to - seq));
}
