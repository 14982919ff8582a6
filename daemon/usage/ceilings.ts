import type { Ceiling, UsageSum } from '../../protocol/usage/usage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { SessionRow } from '../session/session.ts';
import { isLive } from '../session/session.ts';
import { createUuid } from '../uuid.ts';
import { dayOf } from './day.ts';
import type { Prices } from './prices.ts';
import { addSums, countedTokens, noUsage, toSum } from './prices.ts';
import type { SummedRow, SumQuery } from './usage.store.ts';

export interface CeilingsContext {
  readonly store: {
    sum(query: SumQuery): Promise<SummedRow[]>;
    saveCeiling(ceiling: Ceiling): Promise<void>;
    removeCeilings(params: { readonly ids: readonly string[] }): Promise<void>;
  };
  readonly now: () => number;
  readonly prices: () => Prices;
  readonly sessions: {
    rows(): readonly SessionRow[];
    find(id: SessionId): SessionRow | undefined;
  };
}

export interface NewCeiling {
  readonly per: Ceiling['per'];
  readonly sessionId?: SessionId | undefined;
  readonly tokens?: number | undefined;
  readonly usd?: number | undefined;
}

export interface Reached {
  readonly row: SessionRow;
  readonly ceiling: Ceiling;
  /** One plain sentence. */
  readonly text: string;
}

/** States in which an agent may be using something. */
const using = new Set(['working', 'unknown']);

/** What may be used, and who has used it up. Stops nobody itself. */
export class Ceilings {
  readonly #context: CeilingsContext;
  #all: readonly Ceiling[] = [];

  constructor(context: CeilingsContext) {
    this.#context = context;
  }

  load(ceilings: readonly Ceiling[]): void {
    this.#all = ceilings;
  }

  list(): Ceiling[] {
    return [...this.#all];
  }

  async set({ per, sessionId, tokens, usd }: NewCeiling): Promise<Ceiling> {
    const { store, sessions, now } = this.#context;
    if (sessionId !== undefined && sessions.find(sessionId) === undefined)
      throw new WaggleError('notFound', 'There is no such session.');
    const at = now();
    const ceiling: Ceiling = {
      ...{ id: createUuid(at), per, sessionId: sessionId ?? null },
      ...{ tokens: tokens ?? null, usd: usd ?? null },
      createdAt: new Date(at).toISOString(),
    };
    const replaced = this.#all.filter((one) => isForSame(one, ceiling));
    await store.removeCeilings({ ids: replaced.map(({ id }) => id) });
    await store.saveCeiling(ceiling);
    this.#all = [...this.#all.filter((one) => !replaced.includes(one)), ceiling];
    return ceiling;
  }

  /** @throws WaggleError `notFound`. */
  async remove(id: string): Promise<void> {
    if (!this.#all.some((one) => one.id === id))
      throw new WaggleError('notFound', 'There is no such ceiling.', {
        fix: 'List them: waggle usage ceilings',
      });
    await this.#drop([id]);
  }

  /** With its session goes what was set for it alone. */
  async forgetSession(sessionId: SessionId): Promise<void> {
    await this.#drop(this.#all.filter((one) => one.sessionId === sessionId).map(({ id }) => id));
  }

  /** Sessions that may be using something and have used up what they may. */
  async listReached(): Promise<Reached[]> {
    if (this.#all.length === 0) return [];
    const rows = this.#context.sessions
      .rows()
      .filter((row) => isAgent(row) && isLive(row.status) && using.has(row.attention.state));
    const reached = await Promise.all(rows.map((row) => this.findReached(row)));
    return reached.filter((one) => one !== undefined);
  }

  /** The first ceiling that a session has reached; undefined: it may go on. */
  async findReached(row: SessionRow): Promise<Reached | undefined> {
    const ours = this.#all.filter(({ sessionId }) => sessionId === null || sessionId === row.id);
    for (const ceiling of this.#withoutDefaults(ours)) {
      const sum = await this.#sumFor(ceiling, row);
      if (isReached(ceiling, sum)) return { row, ceiling, text: sentenceOf(ceiling, sum) };
    }
    return undefined;
  }

  /** What was set for a session takes the place of what every session may use. */
  #withoutDefaults(ours: readonly Ceiling[]): readonly Ceiling[] {
    const isOwn = ours.some(({ sessionId }) => sessionId !== null);
    return isOwn ? ours.filter(({ per, sessionId }) => per === 'day' || sessionId !== null) : ours;
  }

  async #sumFor(ceiling: Ceiling, row: SessionRow): Promise<UsageSum> {
    const { store, prices, now } = this.#context;
    const { agent, conversations, createdAt } = row;
    const query =
      ceiling.per === 'day'
        ? { from: dayOf(now()) }
        : { since: createdAt, agent, conversations: conversations.map(({ id }) => id) };
    const summed = await store.sum(query);
    return summed.map((one) => toSum(one, prices())).reduce(addSums, noUsage);
  }

  async #drop(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#context.store.removeCeilings({ ids });
    this.#all = this.#all.filter(({ id }) => !ids.includes(id));
  }
}

export function isAgent({ agent }: Pick<SessionRow, 'agent'>): boolean {
  return agent !== 'shell' && agent !== 'command';
}

function isForSame(left: Ceiling, right: Ceiling): boolean {
  const isSameUnit = (left.tokens === null) === (right.tokens === null);
  return isSameUnit && left.per === right.per && left.sessionId === right.sessionId;
}

function isReached({ tokens, usd }: Ceiling, sum: UsageSum): boolean {
  if (tokens !== null) return countedTokens(sum) >= tokens;
  return usd !== null && sum.costUsd >= usd;
}

function sentenceOf({ per, tokens, usd }: Ceiling, sum: UsageSum): string {
  const who = per === 'day' ? 'all sessions together today' : 'this session';
  const used =
    tokens === null
      ? `about ${toMoney(sum.costUsd)} of ${toMoney(usd ?? 0)}`
      : `${toNumber(countedTokens(sum))} of ${toNumber(tokens)} tokens`;
  return `Stopped at its ceiling: ${who} used ${used}`;
}

function toMoney(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

function toNumber(count: number): string {
  return count.toLocaleString('en-US');
}
