/**
 * What a person has seen: a session that finished and then stood before them, in a window with the focus, for two seconds.
 * Told of every change; knows no editor.
 */
import type { Need } from '../../protocol/attention/attention.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';

export interface SeenWatchOptions {
  readonly needs: () => readonly Need[];
  /** Ids of the sessions that can be seen now; empty while the window has no focus. */
  readonly visible: () => ReadonlySet<string>;
  /** Runs once after `delayMs` unless disposed. */
  readonly schedule: (run: () => void, delayMs: number) => Disposable;
  readonly seen: (need: Need) => void;
}

export const seenAfterMs = 2000;

export class SeenWatch implements Disposable {
  readonly #options: SeenWatchOptions;
  /** By the entry and its revision: what changed meanwhile has to be seen anew. */
  readonly #waiting = new Map<string, Disposable>();

  constructor(options: SeenWatchOptions) {
    this.#options = options;
  }

  /** Call it when entries, tabs or the focus changed. */
  update(): void {
    const { needs, visible, schedule, seen } = this.#options;
    const shown = visible();
    const current = new Map(
      needs()
        .filter(({ kind, sessionId }) => kind === 'finished' && shown.has(sessionId ?? ''))
        .map((need) => [`${need.id} ${need.revision}`, need]),
    );
    for (const [key, timer] of this.#waiting) {
      if (current.has(key)) continue;
      timer.dispose();
      this.#waiting.delete(key);
    }
    for (const [key, need] of current) {
      if (!this.#waiting.has(key))
        this.#waiting.set(
          key,
          schedule(() => seen(need), seenAfterMs),
        );
    }
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) timer.dispose();
    this.#waiting.clear();
  }
}
