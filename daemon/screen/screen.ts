/**
 * Screens of terminals, brought forward in one thread of their own: a stored screen and the output after it go in, a
 * screen at a safe cut comes out. Output can make the parser throw or never end; then the thread is replaced. Holds no
 * screen and decides nothing about when one is made.
 */
import { Worker } from 'node:worker_threads';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import type {
  MadeScreen,
  ScreenAnswer,
  ScreenQuestions,
  ScreenRequest,
  ScreenTask,
} from './request.ts';

export type { LostOutput, MadeScreen, ScreenPiece, ScreenRequest } from './request.ts';

export interface ScreenMakerOptions {
  /** File of the thread's program. */
  readonly entry: string;
  /** How long one screen may take; 10,000 when absent. */
  readonly limitMs?: number;
  /** After this long without work the thread ends; 15,000 when absent. */
  readonly idleMs?: number;
}

interface Waiting {
  readonly task: ScreenTask;
  resolve(answer: ScreenAnswer): void;
  reject(error: WaggleError): void;
}

/** Requests hold their output in memory: more than these are refused, and asked for again later. */
const waitingMax = 16;
/** A screen of 2,000 × 2,000 cells and a thousand lines above it take less than half of it. */
const heapMegabytes = 256;
/** What is made is short-lived: a large nursery would only keep memory. */
const nurseryMegabytes = 2;

export class ScreenMaker implements Disposable {
  readonly #options: Required<ScreenMakerOptions>;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor({ entry, limitMs = 10_000, idleMs = 15_000 }: ScreenMakerOptions) {
    this.#options = { entry, limitMs, idleMs };
  }

  /**
   * Takes over the output of the request: its bytes are gone afterwards. Rejects with `limitReached` when too many wait, `timeout`, `stopped`, or `internal` when the
   * parser failed.
   */
  async make(request: ScreenRequest): Promise<MadeScreen> {
    const answer = await this.#run({ kind: 'make', request });
    if (answer.kind !== 'made') throw new WaggleError('internal', 'No screen was made.');
    return answer.made;
  }

  /**
   * What a terminal that shows this says to each question. A program waits for it, so it comes before the screens that wait. Takes over
   * the output and rejects as `make` does.
   */
  async ask(request: ScreenQuestions): Promise<readonly (string | undefined)[]> {
    const answer = await this.#run({ kind: 'ask', request });
    if (answer.kind !== 'asked') throw new WaggleError('internal', 'No screen was asked.');
    return answer.replies;
  }

  #run(task: ScreenTask): Promise<ScreenAnswer> {
    if (this.#isDisposed) return Promise.reject(new WaggleError('stopped'));
    if (this.#waiting.length >= waitingMax) {
      return Promise.reject(new WaggleError('limitReached', 'Too many screens are being made.'));
    }
    return new Promise((resolve, reject) => {
      const waiting = { task, resolve, reject };
      if (task.kind === 'ask') this.#waiting.unshift(waiting);
      else this.#waiting.push(waiting);
      this.#next();
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    const unserved = this.#waiting.splice(0);
    this.#fail(new WaggleError('stopped'));
    this.#endWorker();
    for (const one of unserved) one.reject(new WaggleError('stopped'));
  }

  #next(): void {
    if (this.#current !== undefined) return;
    clearTimeout(this.#timer);
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) {
      if (this.#worker !== undefined) this.#arm(this.#options.idleMs, () => this.#endWorker());
      return;
    }
    this.#worker ??= this.#startWorker();
    const { task } = this.#current;
    this.#worker.postMessage(task, listBuffers(task.request));
    this.#arm(this.#options.limitMs, () =>
      this.#replace(new WaggleError('timeout', 'The terminal parser does not end.')),
    );
  }

  #arm(ms: number, run: () => void): void {
    this.#timer = setTimeout(run, ms);
    this.#timer.unref();
  }

  #startWorker(): Worker {
    const worker = new Worker(this.#options.entry, {
      resourceLimits: {
        maxOldGenerationSizeMb: heapMegabytes,
        maxYoungGenerationSizeMb: nurseryMegabytes,
      },
    });
    worker.unref();
    const ifCurrent = (run: () => void): void => {
      if (this.#worker === worker) run();
    };
    worker.on('message', (answer: ScreenAnswer) => ifCurrent(() => this.#receive(answer)));
    worker.on('error', (cause: unknown) =>
      ifCurrent(() => this.#replace(new WaggleError('internal', errorMessageOf(cause), { cause }))),
    );
    return worker;
  }

  #receive(answer: ScreenAnswer): void {
    if (answer.kind === 'failed') return this.#replace(new WaggleError('internal', answer.reason));
    const served = this.#current;
    this.#current = undefined;
    this.#next();
    served?.resolve(answer);
  }

  /** What the parser left behind is of no use to the next screen. */
  #replace(error: WaggleError): void {
    this.#endWorker();
    this.#fail(error);
    this.#next();
  }

  #fail(error: WaggleError): void {
    const failed = this.#current;
    this.#current = undefined;
    failed?.reject(error);
  }

  #endWorker(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }
}

/** Moved instead of copied. A view of memory that others use (small Buffers are) is copied. */
function listBuffers({ pieces }: ScreenRequest): ArrayBuffer[] {
  const buffers = pieces.flatMap((piece) => (piece.kind === 'output' ? [piece.bytes] : []));
  return buffers.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}
