/** Ends a daemon that nobody needs: no clients and nothing that lives for half an hour. */
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Clock } from '../context.ts';

export const idleEndMs = 30 * 60_000;
/** Timers may stand still while a machine sleeps, so the clock is asked often instead of once. */
const looksPerPeriod = 30;

export interface IdleEndOptions {
  readonly idleMs: number;
  readonly clock: Clock;
  /** Clients are connected, or a feature has something that lives. */
  readonly isNeeded: () => boolean;
  readonly onIdle: () => void;
}

export function watchIdle({ idleMs, clock, isNeeded, onIdle }: IdleEndOptions): Disposable {
  let neededAt = clock.monotonicMs();
  const timer = setInterval(look, Math.max(10, idleMs / looksPerPeriod));
  timer.unref();

  function look(): void {
    const now = clock.monotonicMs();
    if (isNeeded()) neededAt = now;
    else if (now - neededAt >= idleMs) {
      clearInterval(timer);
      onIdle();
    }
  }

  return { dispose: () => clearInterval(timer) };
}
