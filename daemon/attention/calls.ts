import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Clock } from '../context.ts';
import type { CallAction, CallOutcome, CallState, Moment } from './engine.ts';
import { findDue, reduce } from './engine.ts';
import { minuteOfDay } from './quietHours.ts';

/** The engine in time: hands it what happens, wakes it when something is due, and tells what came of it. */
export class Calls implements Disposable {
  readonly #clock: Clock;
  readonly #tell: (outcome: CallOutcome) => void;
  #state: CallState;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(clock: Clock, state: CallState, tell: (outcome: CallOutcome) => void) {
    this.#clock = clock;
    this.#state = state;
    this.#tell = tell;
  }

  act(action: CallAction): void {
    if (this.#isDisposed) return;
    const moment = this.#now();
    const { state, outcomes } = reduce(this.#state, action, moment);
    this.#state = state;
    this.#wakeAt(findDue(state), moment);
    for (const outcome of outcomes) this.#tell(outcome);
  }

  isVisible(sessionId: string): boolean {
    return [...this.#state.reach.visible].some((id) => id === sessionId);
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #now(): Moment {
    const wallMs = this.#clock.now();
    return { monotonicMs: this.#clock.monotonicMs(), wallMs, minute: minuteOfDay(wallMs) };
  }

  #wakeAt(dueMs: number | null, { monotonicMs }: Moment): void {
    clearTimeout(this.#timer);
    if (dueMs === null) return;
    const waitMs = Math.max(1, Math.ceil(dueMs - monotonicMs));
    this.#timer = setTimeout(() => this.act({ type: 'passed' }), waitMs);
    this.#timer.unref();
  }
}
