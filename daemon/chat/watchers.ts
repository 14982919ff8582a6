import type { EventParams } from '../../protocol/protocol.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Caller } from '../feature.ts';
import type { ChatEventName } from './publishing.ts';

/** Which connections are told of which chat. */
export class Watchers {
  readonly #bySession = new Map<SessionId, Map<string, Caller>>();

  add(sessionId: SessionId, caller: Caller): void {
    const watchers = this.#bySession.get(sessionId) ?? new Map<string, Caller>();
    this.#bySession.set(sessionId, watchers);
    if (watchers.has(caller.connectionId)) return;
    watchers.set(caller.connectionId, caller);
    caller.onceClosed(() => this.remove(sessionId, caller));
  }

  remove(sessionId: SessionId, { connectionId }: Pick<Caller, 'connectionId'>): void {
    const watchers = this.#bySession.get(sessionId);
    watchers?.delete(connectionId);
    if (watchers?.size === 0) this.#bySession.delete(sessionId);
  }

  tell<E extends ChatEventName>(sessionId: SessionId, event: E, params: EventParams<E>): void {
    for (const caller of this.#bySession.get(sessionId)?.values() ?? [])
      caller.notify(event, params);
  }

  forget(sessionId: SessionId): void {
    this.#bySession.delete(sessionId);
  }
}
