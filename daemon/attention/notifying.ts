import type { MethodResult } from '../../protocol/protocol.ts';
import type { ParamsOut } from '../../protocol/wire/define.ts';
import type { attention } from '../../protocol/attention/attention.ts';
import type { Notice } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Clock } from '../context.ts';
import type { Caller } from '../feature.ts';
import { createNoticeId } from './noticeLog.ts';
import type { NeedFacts, NeedSource } from './registry.ts';

export type NotifyWish = ParamsOut<(typeof attention)['methods']['attention/notify']>;
type NotifyResult = MethodResult<'attention/notify'>;
type Outcome = NonNullable<NotifyResult['outcome']>;

/** Who calls: an agent's tool has no connection. */
export type Asker = Pick<Caller, 'principal' | 'onceClosed'>;

export interface NotifyingContext {
  readonly clock: Clock;
  readonly source: NeedSource;
  /** Undefined: there is no such session. */
  readonly describe: (id: SessionId) => Omit<NeedFacts, 'isRestored' | 'turnMs'> | undefined;
  readonly isVisible: (id: SessionId) => boolean;
}

/** Of one caller: so many at once, and then one more each time that `refillMs` has passed. */
const burst = 10;
const refillMs = 6000;
/** Messages of one session that nobody dealt with; the oldest gives way. */
const openMax = 20;
const buckets = 1024;

interface Open {
  readonly sessionId: SessionId | null;
  readonly waiting: Set<(outcome: Outcome) => void>;
  /** What it says, when it was kept over a restart: nobody remembers who said it. */
  readonly restored?: string;
}

/** Messages by which agents and scripts call a person themselves. Each is a need until somebody dealt with it. */
export class Notifying {
  readonly #context: NotifyingContext;
  readonly #open = new Map<string, Open>();
  readonly #spent = new Map<string, { readonly count: number; readonly atMs: number }>();

  constructor(context: NotifyingContext) {
    this.#context = context;
  }

  /** @throws WaggleError `forbidden`, `notFound`, `badRequest`, `limitReached`. */
  notify(wish: NotifyWish, caller: Asker): NotifyResult | Promise<NotifyResult> {
    const sessionId = this.#targetOf(wish, caller);
    const facts = this.#factsOf(sessionId, caller);
    const text = toPlainLine(wish.message);
    if (text === '') throw new WaggleError('badRequest', 'The message says nothing.');
    this.#spend(caller.principal.id);
    const noticeId = createNoticeId();
    this.#makeRoom(sessionId);
    const open: Open = { sessionId, waiting: new Set() };
    this.#open.set(noticeId, open);
    const answered = wish.wait ? this.#waitFor(open, caller) : undefined;
    this.#put({ id: noticeId, sessionId, text, at: this.#now() }, facts);
    if (answered !== undefined) return answered.then((outcome) => ({ noticeId, outcome }));
    // Whoever looks at it reads it now; nothing is left to be dealt with.
    if (sessionId !== null && this.#context.isVisible(sessionId)) this.end(noticeId, 'opened');
    return { noticeId };
  }

  /** A message that nobody dealt with before the daemon ended. */
  restore({ id, sessionId, text, title, at }: Notice): void {
    this.#open.set(id, { sessionId, waiting: new Set(), restored: text });
    const described = sessionId === null ? undefined : this.#context.describe(sessionId);
    const facts = { name: title, folder: null, ...described, turnMs: null, isRestored: true };
    this.#put({ id, sessionId, text, at }, facts);
  }

  /** The session still says by itself what was restored for it: once is enough. */
  giveWay(sessionId: SessionId, text: string): void {
    for (const [id, open] of [...this.#open])
      if (open.sessionId === sessionId && open.restored === text) this.end(id, 'dismissed');
  }

  end(noticeId: string, outcome: Outcome): void {
    const open = this.#open.get(noticeId);
    if (open === undefined) return;
    this.#open.delete(noticeId);
    this.#context.source.remove(noticeId);
    for (const answer of open.waiting) answer(outcome);
  }

  /** All of a session that was opened, or is gone. */
  endAllOf(sessionId: SessionId, outcome: Outcome): void {
    const ids = [...this.#open].filter(([, open]) => open.sessionId === sessionId);
    for (const [id] of ids) this.end(id, outcome);
  }

  #targetOf({ sessionId }: NotifyWish, { principal }: Asker): SessionId | null {
    const target = sessionId ?? principal.sessionId ?? null;
    if (principal.kind === 'connector' && target === null) return null;
    if (principal.right === 'self' && (target === null || target !== principal.sessionId))
      throw new WaggleError('forbidden', 'A session may call about itself alone.');
    return target;
  }

  #factsOf(sessionId: SessionId | null, { principal }: Asker): NeedFacts {
    const rest = { turnMs: null, isRestored: false };
    if (sessionId === null)
      return { name: principal.name ?? 'Waggle', folder: null, isPrivate: false, ...rest };
    const described = this.#context.describe(sessionId);
    if (described === undefined) throw new WaggleError('notFound', 'There is no such session.');
    return { ...described, ...rest };
  }

  #put(message: Pick<Notice, 'id' | 'sessionId' | 'text' | 'at'>, facts: NeedFacts): void {
    const { id, sessionId, text, at } = message;
    const actions = [{ id: 'dismiss', label: 'Dismiss' }];
    const about = { sessionId, taskId: null };
    this.#context.source.put({ id, kind: 'notice', ...about, text, since: at, actions }, facts);
  }

  #waitFor(open: Open, caller: Asker): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const closing = caller.onceClosed(() => open.waiting.delete(answer));
    const answer = (outcome: Outcome): void => {
      closing.dispose();
      resolve(outcome);
    };
    open.waiting.add(answer);
    return promise;
  }

  #spend(principalId: string): void {
    const nowMs = this.#context.clock.monotonicMs();
    const before = this.#spent.get(principalId) ?? { count: 0, atMs: nowMs };
    const count = Math.max(0, before.count - (nowMs - before.atMs) / refillMs) + 1;
    if (count > burst)
      throw new WaggleError('limitReached', 'It called too often; it may call again soon.');
    this.#spent.delete(principalId);
    this.#spent.set(principalId, { count, atMs: nowMs });
    const [oldest] = this.#spent.keys();
    if (this.#spent.size > buckets && oldest !== undefined) this.#spent.delete(oldest);
  }

  #makeRoom(sessionId: SessionId | null): void {
    const own = [...this.#open].filter(([, open]) => open.sessionId === sessionId);
    const [oldest] = own;
    if (own.length >= openMax && oldest !== undefined) this.end(oldest[0], 'dismissed');
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }
}
