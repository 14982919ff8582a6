import type { ChatUsage } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import type { PlanLimitSeen } from '../provider/provider.ts';
import type { Journal } from './journal.ts';
import type { KeptChat } from './kept.ts';

export interface TurnOfChat {
  readonly sessionId: SessionId;
  /** Counts from 1. */
  readonly turn: number;
}

export interface EndedTurn extends TurnOfChat {
  readonly model: string | null;
  /** Of this turn, as the agent told. */
  readonly usage: ChatUsage;
}

/** Done before an agent is told anything; the turn waits. Resolves with a plain sentence when the turn must not begin. */
export type PrepareTurn = (turn: TurnOfChat) => Promise<string | undefined>;

/** What an agent said of the person's plan. */
export interface LimitsOfChat {
  readonly sessionId: SessionId;
  readonly limits: readonly PlanLimitSeen[];
}

/** The turns of all chats, for nouns that do something around them. */
export class Turns {
  readonly #prepare: PrepareTurn[] = [];
  readonly #onDidBegin = new Emitter<TurnOfChat>();
  readonly #onDidEnd = new Emitter<EndedTurn>();
  readonly #onDidTellLimits = new Emitter<LimitsOfChat>();

  /** A turn began, asked for or by itself. */
  readonly onDidBegin = this.#onDidBegin.event;
  readonly onDidEnd = this.#onDidEnd.event;
  readonly onDidTellLimits = this.#onDidTellLimits.event;

  prepareWith(prepare: PrepareTurn): void {
    this.#prepare.push(prepare);
  }

  /** Undefined: the turn may begin. Rejects when it could not be prepared. */
  async prepare(turn: TurnOfChat): Promise<string | undefined> {
    for (const prepare of this.#prepare) {
      const reason = await prepare(turn);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  tellLimits(told: LimitsOfChat): void {
    this.#onDidTellLimits.fire(told);
  }

  watch(sessionId: SessionId, kept: KeptChat): TurnWatch {
    return new TurnWatch(sessionId, kept, {
      began: (turn) => this.#onDidBegin.fire(turn),
      ended: (turn) => this.#onDidEnd.fire(turn),
    });
  }

  preparing(sessionId: SessionId, events: PreparingEvents): Preparing {
    return new Preparing((turn) => this.prepare({ sessionId, turn }), events);
  }
}

interface PreparingEvents {
  /** With a plain sentence. */
  refused(reason: string): void;
  failed(error: unknown): void;
  /** However it went: time to look again, for meanwhile a person may have changed what is said next. */
  settled(): void;
}

/** Lets a turn of one chat begin when everything that has to be done before it is done. */
export class Preparing {
  readonly #prepare: (turn: number) => Promise<string | undefined>;
  readonly #events: PreparingEvents;
  #isBusy = false;
  /** The turn that may begin. */
  #ready = 0;

  constructor(prepare: (turn: number) => Promise<string | undefined>, events: PreparingEvents) {
    this.#prepare = prepare;
    this.#events = events;
  }

  /** False: it is being prepared, and `settled` tells when that is over. */
  allows(turn: number): boolean {
    if (this.#ready === turn) return true;
    if (!this.#isBusy) void this.#begin(turn);
    return false;
  }

  async #begin(turn: number): Promise<void> {
    this.#isBusy = true;
    try {
      const reason = await this.#prepare(turn);
      if (reason === undefined) this.#ready = turn;
      else this.#events.refused(reason);
    } catch (error) {
      this.#events.failed(error);
    }
    this.#isBusy = false;
    this.#events.settled();
  }
}

interface TurnEvents {
  began(turn: TurnOfChat): void;
  ended(turn: EndedTurn): void;
}

/** Sees in what is kept of one chat that a turn began or ended. */
export class TurnWatch {
  readonly #sessionId: SessionId;
  readonly #events: TurnEvents;
  #begun: number;
  #over: number;
  #usage: ChatUsage;

  constructor(sessionId: SessionId, kept: KeptChat, events: TurnEvents) {
    this.#sessionId = sessionId;
    this.#events = events;
    this.#begun = kept.turns;
    this.#over = kept.turn === null ? kept.turns : kept.turns - 1;
    this.#usage = kept.usage;
  }

  look({ turn, turns, usage, model }: KeptChat): void {
    const sessionId = this.#sessionId;
    if (turns > this.#begun) {
      this.#begun = turns;
      this.#events.began({ sessionId, turn: turns });
    }
    if (turn !== null || turns <= this.#over) return;
    this.#over = turns;
    const used = subtract(usage, this.#usage);
    this.#usage = usage;
    this.#events.ended({ sessionId, turn: turns, model, usage: used });
  }
}

function subtract(now: ChatUsage, before: ChatUsage): ChatUsage {
  const less = (left: number, right: number): number => Math.max(0, left - right);
  return {
    inputTokens: less(now.inputTokens, before.inputTokens),
    outputTokens: less(now.outputTokens, before.outputTokens),
    cachedTokens: less(now.cachedTokens, before.cachedTokens),
    costUsd: now.costUsd === null ? null : less(now.costUsd, before.costUsd ?? 0),
  };
}

/** Says in a chat why its turn was ended. */
export function noteHeld(journal: Journal, reason: string): void {
  journal.apply({ type: 'notice', key: `held/${journal.end + 1}`, text: reason });
}
