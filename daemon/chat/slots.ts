import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Conversing } from './conversing.ts';

export interface SlotsContext {
  readonly maxRunning: () => number;
  /** Processes of chats that run or start. */
  readonly countRunning: () => number;
  readonly list: () => readonly Conversing[];
  readonly putToSleep: (conversing: Conversing) => void;
}

/** How many agents run at once. Who has to wait gets the place of who has been idle for longest, or of who ends next. */
export class Slots {
  readonly #context: SlotsContext;
  readonly #waiting = new Set<Conversing>();

  constructor(context: SlotsContext) {
    this.#context = context;
  }

  take(conversing: Conversing): boolean {
    const { countRunning, maxRunning, putToSleep } = this.#context;
    if (countRunning() < maxRunning()) {
      this.#waiting.delete(conversing);
      return true;
    }
    this.#waiting.add(conversing);
    const idle = this.#findIdle();
    if (idle !== undefined) putToSleep(idle);
    return false;
  }

  /** For one that is new. @throws WaggleError `limitReached` when nobody can make room. */
  async makeRoom(): Promise<void> {
    const { countRunning, maxRunning } = this.#context;
    if (countRunning() < maxRunning()) return;
    await this.#findIdle()?.sleep();
    if (countRunning() < maxRunning()) return;
    throw new WaggleError('limitReached', `At most ${maxRunning()} agents run at once.`, {
      fix: 'End a chat, or wait until a turn is over.',
    });
  }

  #findIdle(): Conversing | undefined {
    const idle = this.#context.list().filter(({ idleMs }) => idleMs !== undefined);
    return idle.toSorted((left, right) => (right.idleMs ?? 0) - (left.idleMs ?? 0))[0];
  }

  /** A process has ended: those that waited may try again, the first one first. */
  freed(): void {
    for (const conversing of this.#waiting) {
      if (this.#context.countRunning() >= this.#context.maxRunning()) return;
      this.#waiting.delete(conversing);
      conversing.advance();
    }
  }

  /** One may have nothing to do any more: then it sleeps for the first that waits. */
  idled(): void {
    const [first] = this.#waiting;
    if (first !== undefined && this.#findIdle() !== undefined) first.advance();
  }

  forget(conversing: Conversing): void {
    this.#waiting.delete(conversing);
  }
}
