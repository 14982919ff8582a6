import type { SessionId } from '../../protocol/wire/brand.ts';
import type { SessionRow } from '../session/session.ts';
import type { Keeping } from './keeping.ts';

const over = new Set(['idle', 'finished', 'failed', 'ended', 'killed', 'interrupted', 'asleep']);

/**
 * Turns of agents in terminals: nobody tells us before they begin, so a turn is what lies between two changes of the state.
 * What an agent does in the first moment of one, before its state was seen, counts to the time before.
 */
export class TerminalTurns {
  readonly #keeping: Keeping;
  readonly #turnsOf: (id: SessionId) => number;
  /** Undefined: not seen since the daemon began, so that a turn of before may be over. */
  readonly #isWorking = new Map<SessionId, boolean>();
  readonly #begun = new Set<SessionId>();

  /** `turnsOf`: those of its chat, where nothing may be kept of the files of any of them. */
  constructor(keeping: Keeping, turnsOf: (id: SessionId) => number) {
    this.#keeping = keeping;
    this.#turnsOf = turnsOf;
  }

  /** Resolves when what follows from the change is kept. */
  async look(row: SessionRow): Promise<void> {
    const { id, mode, status, attention } = row;
    if (mode !== 'pty' || this.#keeping.whyNever(row) !== undefined) return;
    if (status === 'running' && !this.#begun.has(id)) {
      this.#begun.add(id);
      await this.#keeping.inOrder(id, () => this.#keeping.begin(row));
    }
    if (attention.state === 'working' && this.#isWorking.get(id) !== true) {
      this.#isWorking.set(id, true);
      await this.#keeping.inOrder(id, async () => {
        const steps = await this.#keeping.steps(id);
        const last = steps.reduce((most, { turn, kind }) => {
          return kind === 'turn' ? Math.max(most, turn ?? 0) : most;
        }, this.#turnsOf(id));
        await this.#keeping.beginTurn(row, last + 1);
      });
    } else if (over.has(attention.state) && this.#isWorking.get(id) !== false) {
      this.#isWorking.set(id, false);
      await this.#keeping.inOrder(id, () => this.#keeping.endTurn(row));
    }
  }

  forget(id: SessionId): void {
    this.#isWorking.delete(id);
    this.#begun.delete(id);
  }
}
