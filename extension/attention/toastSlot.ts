/**
 * The one place for a toast in a window: what comes while one stands there waits, and then comes as one. Knows no editor,
 * which shows a toast for some seconds of a window with the focus and tells nobody when it put it away.
 */
import type { Notice } from '../../protocol/attention/notice.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';

export interface ToastSlotOptions {
  /** Settles when the person answered or closed it. */
  readonly show: (notices: readonly Notice[]) => Promise<void>;
  /** What it tells of still holds. */
  readonly isCurrent: (notice: Notice) => boolean;
  readonly isFocused: () => boolean;
  /** Runs once after `delayMs` unless disposed. */
  readonly schedule: (run: () => void, delayMs: number) => Disposable;
}

/** Somewhat longer than the editor shows a message that nobody touches. */
export const toastMs = 12_000;
const mostWaiting = 100;

export class ToastSlot implements Disposable {
  readonly #options: ToastSlotOptions;
  #waiting: readonly Notice[] = [];
  /** Of the toast that stands there; a toast that was put away may still be answered. */
  #shown: object | undefined;
  #timer: Disposable | undefined;

  constructor(options: ToastSlotOptions) {
    this.#options = options;
  }

  /** The newest first. */
  ring(notices: readonly Notice[]): void {
    this.#waiting = [...notices, ...this.#waiting].slice(0, mostWaiting);
    this.#showNext();
  }

  /** Nobody wants to hear of these any more. */
  drop(isDropped: (notice: Notice) => boolean): void {
    this.#waiting = this.#waiting.filter((notice) => !isDropped(notice));
  }

  /** Call it when the window got or lost the focus: without it a toast stays. */
  update(): void {
    this.#timer?.dispose();
    const shown = this.#shown;
    if (shown === undefined || !this.#options.isFocused()) return;
    this.#timer = this.#options.schedule(() => this.#free(shown), toastMs);
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#waiting = [];
    this.#shown = {};
  }

  #showNext(): void {
    if (this.#shown !== undefined) return;
    const notices = this.#waiting.filter((notice) => this.#options.isCurrent(notice));
    this.#waiting = [];
    if (notices.length === 0) return;
    const shown = {};
    this.#shown = shown;
    this.update();
    const free = (): void => this.#free(shown);
    this.#options.show(notices).then(free, free);
  }

  #free(shown: object): void {
    if (this.#shown !== shown) return;
    this.#timer?.dispose();
    this.#shown = undefined;
    this.#showNext();
  }
}
