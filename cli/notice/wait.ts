/** `waggle wait`: ends when a session asks, is idle or ends. Hears of it, does not look; goes on with the next daemon. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes } from '../output/output.ts';
import { getMeant, isLive } from '../session/session.ts';

export const awaitedStates = ['asks', 'idle', 'ends'] as const;
export type Awaited = (typeof awaitedStates)[number];

export interface WaitOptions {
  readonly reference: string;
  readonly until: string;
  readonly timeoutSeconds: number | undefined;
}

/** `impossible`: it has ended, or is gone. */
type Verdict = 'happened' | 'impossible' | 'pending';
type Outcome = Exclude<Verdict, 'pending'> | 'timedOut';

const againMs = 250;
const codes = {
  happened: exitCodes.ok,
  timedOut: exitCodes.timedOut,
  impossible: exitCodes.impossible,
} as const;

/** What a session's state says about what is waited for; undefined: it is gone. */
export function judge(session: Session | undefined, awaited: Awaited): Verdict {
  if (session === undefined || !isLive(session))
    return awaited === 'ends' ? 'happened' : 'impossible';
  const { state } = session.attention;
  if (awaited === 'asks') return state === 'asking' ? 'happened' : 'pending';
  if (awaited === 'ends') return 'pending';
  return state === 'idle' || state === 'finished' || state === 'failed' ? 'happened' : 'pending';
}

export async function waitUntil(context: CommandContext, options: WaitOptions): Promise<number> {
  const awaited = awaitedStates.find((known) => known === options.until);
  if (awaited === undefined)
    throw new CommandError('usage', 'Until it asks, is idle, or ends?', 'waggle wait --help');
  const over = new AbortController();
  const { timeoutSeconds: seconds } = options;
  const timer = seconds === undefined ? undefined : setTimeout(() => over.abort(), seconds * 1000);
  try {
    const waiting = new Waiting(context, awaited, over.signal);
    const outcome = await waiting.run(options.reference);
    const { session } = waiting;
    context.output.result({ outcome, session: session ?? null }, () => [
      describe(outcome, awaited, session),
    ]);
    return codes[outcome];
  } finally {
    clearTimeout(timer);
  }
}

class Waiting {
  /** As it was heard of last. */
  session: Session | undefined;
  readonly #context: CommandContext;
  readonly #awaited: Awaited;
  readonly #over: AbortSignal;
  /** The daemon went on purpose. */
  #wasStopped = false;

  constructor(context: CommandContext, awaited: Awaited, over: AbortSignal) {
    this.#context = context;
    this.#awaited = awaited;
    this.#over = over;
  }

  async run(reference: string): Promise<Outcome> {
    let link: DaemonLink | undefined = await this.#context.connect();
    let sessionId: string | undefined;
    for (;;) {
      const verdict: Verdict | 'closed' =
        link === undefined ? 'closed' : await this.#follow(link, sessionId ?? reference);
      if (verdict === 'happened' || verdict === 'impossible') return verdict;
      if (this.#over.aborted) return 'timedOut';
      sessionId ??= this.session?.id;
      link = await this.#reconnect();
    }
  }

  /** Resolves with what became of it, or when this connection or the time is over. */
  async #follow(link: DaemonLink, reference: string): Promise<Verdict | 'closed'> {
    const { promise, resolve } = Promise.withResolvers<Verdict | 'closed'>();
    const look = (session: Session | undefined): void => {
      this.session = session ?? this.session;
      const verdict = judge(session, this.#awaited);
      if (verdict !== 'pending') resolve(verdict);
    };
    const end = (): void => resolve('pending');
    this.#over.addEventListener('abort', end, { once: true });
    link.onDidClose(({ error }) => {
      this.#wasStopped = error.code === 'stopped';
      resolve('closed');
    });
    link.onEvent('session/changed', ({ session }) => {
      if (session.id === this.session?.id) look(session);
    });
    link.onEvent('session/deleted', ({ sessionId }) => {
      if (sessionId === this.session?.id) look(undefined);
    });
    try {
      const { sessions } = await link.call('session/subscribe', { history: true });
      look(this.#find(sessions, reference));
    } catch (error) {
      if (!isLost(error)) throw error;
      return 'closed';
    }
    return promise.finally(() => this.#over.removeEventListener('abort', end));
  }

  /** By what was said at first; afterwards it is known which one is meant, and may be gone. */
  #find(sessions: readonly Session[], reference: string): Session | undefined {
    if (this.session === undefined) return getMeant(sessions, reference);
    return sessions.find(({ id }) => id === this.session?.id);
  }

  /** One that was stopped on purpose is not started from here; one that died is. */
  async #reconnect(): Promise<DaemonLink | undefined> {
    const context = this.#context;
    try {
      await delay(againMs, undefined, { signal: this.#over });
      return await (this.#wasStopped ? context.connectIfRunning() : context.connect());
    } catch (error) {
      if (this.#over.aborted || isLost(error)) return undefined;
      throw error;
    }
  }
}

/** Codes with which a connection goes that may come back. */
function isLost(error: unknown): boolean {
  return ['daemonUnreachable', 'stopped'].includes(errorCodeOf(error));
}

function describe(outcome: Outcome, awaited: Awaited, session: Session | undefined): string {
  const name = `"${toPlainLine(session?.name ?? '')}"`;
  if (outcome === 'timedOut') return `${name} did not do that in time.`;
  if (outcome === 'impossible') return `${name} has ended.`;
  if (awaited === 'ends') return `${name} has ended.`;
  return `${name}: ${toPlainLine(session?.attention.sentence ?? '')}`;
}
