import type { usage } from '../../protocol/usage/usage.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Need, NeedSource } from '../attention/attention.ts';
import type { ChatFeature } from '../chat/chat.ts';
import type { FeatureContext } from '../context.ts';
import type { AllSessions } from '../session/session.ts';
import type { Reached } from './ceilings.ts';

type UsageEvents = (typeof usage)['events'];

export interface StoppingContext {
  readonly daemon: Pick<FeatureContext, 'publish' | 'log' | 'clock'>;
  readonly sessions: Pick<AllSessions, 'end'>;
  readonly chats: Pick<ChatFeature, 'hold'>;
  readonly needs: () => NeedSource;
}

/** Stops who has used up what it may, and says so where a person looks. */
export class Stopping {
  readonly #context: StoppingContext;
  readonly #told = new Set<SessionId>();

  constructor(context: StoppingContext) {
    this.#context = context;
  }

  /** A chat waits for a person; an agent in a terminal is ended, and comes back in its conversation. */
  async stop({ row, ceiling, text }: Reached): Promise<void> {
    const { daemon, sessions, chats } = this.#context;
    if (row.mode === 'pipe') await chats.hold(row.id, text);
    else await sessions.end(row.id);
    this.tell({ row, ceiling, text });
    daemon.log.info('a session was stopped at a ceiling', { sessionId: row.id, per: ceiling.per });
  }

  tell({ row, ceiling, text }: Reached): void {
    const { daemon, needs } = this.#context;
    this.#told.add(row.id);
    const need: Omit<Need, 'revision'> = {
      ...{ id: needIdOf(row.id), kind: 'notice', sessionId: row.id, taskId: null, text },
      since: new Date(daemon.clock.now()).toISOString(),
      actions: [{ id: 'dismiss', label: 'Dismiss' }],
    };
    const { name, cwd: folder, private: isPrivate = false } = row;
    needs().put(need, { name, folder, isPrivate, turnMs: null, isRestored: false });
    daemon.publish('usage/stopped', { sessionId: row.id, ceiling, text }, { sessionId: row.id });
  }

  dismiss(sessionId: SessionId | null): void {
    if (sessionId === null) return;
    this.#told.delete(sessionId);
    this.#context.needs().remove(needIdOf(sessionId));
  }

  /** A ceiling changed: what was said of the one before is over. */
  dismissAll(): void {
    for (const sessionId of this.#told) this.dismiss(sessionId);
  }
}

function needIdOf(sessionId: SessionId): string {
  return `usage-${sessionId}`;
}
