import type { window as windowNoun } from '../../protocol/window/window.ts';
import type { ParamsOut } from '../../protocol/wire/define.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { Caller } from '../feature.ts';

type Shown = ParamsOut<(typeof windowNoun)['methods']['window/present']>;

/** A window that is connected now. `notify` reaches it alone. */
export interface PresentWindow extends Shown {
  readonly notify: Caller['notify'];
}

interface Entry {
  readonly window: PresentWindow;
  readonly closing: Disposable;
  /** Rises with each time that a window got the focus; below zero it never had it, the newest window highest. */
  readonly rank: number;
}

const neverFocused = Number.MIN_SAFE_INTEGER;

/** Which windows there are and what they show: kept per connection, forgotten with it. */
export class Presence implements Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Emitter<void>();
  #count = 0;

  readonly onDidChange = this.#changed.event;

  set(shown: Shown, caller: Pick<Caller, 'connectionId' | 'notify' | 'onceClosed'>): void {
    const { connectionId } = caller;
    const before = this.#entries.get(connectionId);
    const closing = before?.closing ?? caller.onceClosed(() => this.#forget(connectionId));
    const window = { ...shown, notify: caller.notify };
    const rank = this.#rankOf(shown, before ?? this.#dropEarlier(shown, connectionId));
    this.#entries.set(connectionId, { window, closing, rank });
    this.#changed.fire();
  }

  list(): readonly PresentWindow[] {
    return [...this.#entries.values()]
      .toSorted((left, right) => right.rank - left.rank)
      .map(({ window }) => window);
  }

  dispose(): void {
    for (const { closing } of this.#entries.values()) closing.dispose();
    this.#entries.clear();
    this.#changed.dispose();
  }

  #rankOf({ focused }: Shown, before: Entry | undefined): number {
    this.#count += 1;
    if (focused && before?.window.focused !== true) return this.#count;
    return before?.rank ?? neverFocused + this.#count;
  }

  /** A window that came back before its old connection was noticed to be dead is one window. */
  #dropEarlier({ windowId }: Shown, connectionId: string): Entry | undefined {
    for (const [other, entry] of this.#entries) {
      if (entry.window.windowId !== windowId || other === connectionId) continue;
      entry.closing.dispose();
      this.#entries.delete(other);
      return entry;
    }
    return undefined;
  }

  #forget(connectionId: string): void {
    if (this.#entries.delete(connectionId)) this.#changed.fire();
  }
}
