/** The sessions as this window knows them: fed by a subscription's list and events, newest revision wins. */
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';

/** Ids of sessions that are new, different or gone. */
export interface SessionListChange {
  readonly changed: ReadonlySet<string>;
}

export class SessionList implements Disposable {
  #sessions = new Map<string, Session>();
  /** Revisions at which sessions were deleted, so that an event that was overtaken does not bring them back. */
  #deleted = new Map<string, number>();
  readonly #changed = new Emitter<SessionListChange>();
  readonly onDidChange = this.#changed.event;

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  list(): Session[] {
    return [...this.#sessions.values()];
  }

  /** Takes over the list of a fresh subscription; events that arrived meanwhile and are newer stay. */
  replace(sessions: readonly Session[], revision: number): void {
    const listed = new Map(sessions.map((session) => [session.id as string, session]));
    const changed = new Set<string>();
    for (const [id, known] of this.#sessions) {
      if (listed.has(id) || known.revision > revision) continue;
      this.#sessions.delete(id);
      changed.add(id);
    }
    for (const session of sessions) if (this.#store(session)) changed.add(session.id);
    if (changed.size > 0) this.#changed.fire({ changed });
  }

  put(session: Session): void {
    if (this.#store(session)) this.#changed.fire({ changed: new Set([session.id]) });
  }

  remove(id: string, revision: number): void {
    this.#deleted.set(id, revision);
    if (this.#sessions.delete(id)) this.#changed.fire({ changed: new Set([id]) });
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #store(session: Session): boolean {
    const known = this.#sessions.get(session.id);
    const gone = this.#deleted.get(session.id);
    if (gone !== undefined && gone >= session.revision) return false;
    if (known !== undefined && known.revision > session.revision) return false;
    this.#sessions.set(session.id, session);
    return true;
  }
}
