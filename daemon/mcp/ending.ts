import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';

/** When a call is given up: nobody waits for it any more, or it takes longer than it may. */
export class Ending implements Disposable {
  /** Rejects then; never when the call was quicker. */
  readonly reached: Promise<never>;
  readonly #controller = new AbortController();
  readonly #callers: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout;
  readonly #reject: (error: WaggleError) => void;
  #reason: WaggleError | undefined;

  /** Of whoever waits, one or several: the first that goes ends it. */
  constructor(callers: readonly AbortSignal[], limitMs: number) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.reached = promise;
    this.#reject = reject;
    promise.catch(isTold);
    this.#callers = callers;
    this.#timer = setTimeout(
      () => this.#end(new WaggleError('timeout', 'It took longer than a tool may.')),
      limitMs,
    );
    this.#timer.unref();
    if (callers.some(({ aborted }) => aborted)) this.#cancel();
    for (const caller of callers) caller.addEventListener('abort', this.#cancel, { once: true });
  }

  /** For the tool. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined: it was not given up. */
  get reason(): WaggleError | undefined {
    return this.#reason;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const caller of this.#callers) caller.removeEventListener('abort', this.#cancel);
  }

  readonly #cancel = (): void => this.#end(new WaggleError('stopped', 'The call was cancelled.'));

  #end(reason: WaggleError): void {
    this.#reason ??= reason;
    this.#controller.abort();
    this.#reject(reason);
  }
}

/** By whoever races it; alone it is no failure. */
function isTold(): undefined {
  return undefined;
}
