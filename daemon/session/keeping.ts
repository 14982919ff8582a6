import { z } from 'zod';
import type { Keep, KeepChange } from '../../protocol/session/keeping.ts';
import { changeKeep, keepAtFirst, keepSchema } from '../../protocol/session/keeping.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { keepingStore } from './keeping.store.ts';
import type { SessionRow } from './row.ts';
import { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';
import type { Spool } from './spool.ts';
import type { ClockBelief } from './trustedClock.ts';
import { clockBeliefSchema, lookAtClock } from './trustedClock.ts';

export interface KeepingContext {
  readonly daemon: FeatureContext;
  readonly sessions: Sessions;
  readonly spool: Spool;
  /** Writes what was received of a session. */
  readonly flush: (id: SessionId) => Promise<void>;
}

const firstLookMs = 60_000;
const lookEveryMs = 3_600_000;
const dayMs = 24 * 3_600_000;

/** What is kept of a session when it says nothing of its own. */
export function keepOf(row: Pick<SessionRow, 'private' | 'keep'>, otherwise: Keep): Keep {
  if (row.private === true) return { ...otherwise, output: 'none' };
  return row.keep ?? otherwise;
}

/** What is kept of output, by default and per session, and the end of what is old. */
export class Keeping implements Disposable {
  readonly #context: KeepingContext;
  readonly #store;
  #default: Keep = keepAtFirst;
  /** Each change is made on top of the one before. */
  readonly #changes = new Sequences();
  #belief: ClockBelief | undefined;
  #lookedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: KeepingContext) {
    this.#context = context;
    this.#store = context.daemon.openStore<typeof keepingStore>('keeping');
  }

  get default(): Keep {
    return this.#default;
  }

  async load(): Promise<void> {
    const kept = parse(keepSchema, await this.#store.read({ key: 'default' }));
    this.#default = kept ?? keepAtFirst;
    this.#belief = parse(clockBeliefSchema, await this.#store.read({ key: 'clock' }));
    this.#lookAgainIn(firstLookMs);
  }

  /** A session that is gone, or was never ours, has nothing that anybody chose to keep longer. */
  of(id: string): Keep {
    const row = this.#context.sessions.find(id as SessionId);
    return row === undefined ? this.#default : keepOf(row, this.#default);
  }

  /**
   * Reads, or changes and applies at once. Without a session it is what later ones get.
   * @throws WaggleError `notFound`, `conflict` for a private session.
   */
  async change(id: SessionId | undefined, wish: KeepChange | undefined): Promise<Keep> {
    if (id === undefined) return this.#changeDefault(wish);
    const row = this.#context.sessions.get(id);
    if (wish === undefined) return this.of(id);
    if (row.private === true)
      throw new WaggleError('conflict', 'Nothing is kept of a private session.', {
        fix: 'Start a new one that is not private.',
      });
    await this.#context.sessions.change(id, ({ keep }) => ({
      keep: changeKeep(keep ?? this.#default, wish),
    }));
    await this.#apply(id);
    return this.of(id);
  }

  /** Removes what is older than its session may keep, when the clock can be believed. */
  async look(): Promise<void> {
    const { daemon, spool } = this.#context;
    const now = daemon.clock.monotonicMs();
    const passedMs = this.#lookedAt === undefined ? 0 : now - this.#lookedAt;
    const wallMs = daemon.clock.now();
    this.#lookedAt = now;
    this.#belief = lookAtClock(this.#belief, { wallMs, passedMs });
    await this.#store.write({ key: 'clock', value: JSON.stringify(this.#belief) });
    if (this.#belief.doubtMs > 0) return;
    const bytes = await spool.removeOlder((id) => {
      const { days } = this.of(id);
      return days === null ? undefined : wallMs - days * dayMs;
    });
    if (bytes > 0) daemon.log.info('old output was removed', { bytes });
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  async #changeDefault(wish: KeepChange | undefined): Promise<Keep> {
    if (wish === undefined) return this.#default;
    return this.#changes.run('default', async () => {
      const changed = changeKeep(this.#default, wish);
      await this.#store.write({ key: 'default', value: JSON.stringify(changed) });
      this.#default = changed;
      return changed;
    });
  }

  /** What was received but not written yet is not kept either. */
  async #apply(id: SessionId): Promise<void> {
    const { spool, flush } = this.#context;
    await flush(id);
    if (this.of(id).output === 'none') await spool.remove(id);
    else await spool.shrink(id);
  }

  #lookAgainIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.look()
        .catch((error: unknown) => this.#context.daemon.log.warn('old output stays', { error }))
        .finally(() => this.#lookAgainIn(lookEveryMs));
    }, ms);
    this.#timer.unref();
  }
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
