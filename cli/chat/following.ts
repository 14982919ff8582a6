import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';

export interface FollowedEvents {
  /** New or changed; `isFinal`: it will not change any more. */
  entry(entry: Entry): void;
  /** Text came to the end of an open entry. */
  appended(entry: Entry, text: string): void;
  changed(chat: Chat): void;
}

/** The journal of one chat from now on, each piece of text once. */
export class Following {
  readonly #entries = new Map<number, Entry>();
  readonly #sessionId: SessionId;
  readonly #events: FollowedEvents;
  #isReading = true;
  #early: (() => void)[] = [];

  private constructor(sessionId: SessionId, events: FollowedEvents) {
    this.#sessionId = sessionId;
    this.#events = events;
  }

  /** `last`: how many entries of before are told first. */
  static async open(
    link: DaemonLink,
    sessionId: SessionId,
    { events, last }: { readonly events: FollowedEvents; readonly last: number },
  ): Promise<Chat> {
    const following = new Following(sessionId, events);
    link.onEvent('chat/entryChanged', (told) => {
      following.#late(told.sessionId, () => following.#take(told.entry));
    });
    link.onEvent('chat/appended', (told) => {
      following.#late(told.sessionId, () => following.#append(told));
    });
    link.onEvent('chat/changed', (told) => {
      following.#late(told.chat.sessionId, () => events.changed(told.chat));
    });
    const { chat, entries } = await link.call('chat/subscribe', { sessionId, last });
    for (const entry of entries) following.#take(entry);
    events.changed(chat);
    following.#isReading = false;
    for (const run of following.#early) run();
    following.#early = [];
    return chat;
  }

  /** What comes before the list is told after it. */
  #late(sessionId: SessionId, run: () => void): void {
    if (sessionId !== this.#sessionId) return;
    if (this.#isReading) this.#early.push(run);
    else run();
  }

  #take(entry: Entry): void {
    const known = this.#entries.get(entry.position);
    if (known !== undefined && known.revision > entry.revision && !known.isOpen) return;
    this.#entries.set(entry.position, entry);
    this.#events.entry(entry);
  }

  #append({ position, at, text }: { position: number; at: number; text: string }): void {
    const entry = this.#entries.get(position);
    if (entry === undefined || !('text' in entry.content)) return;
    const before = entry.content.text;
    const fresh = text.slice(Math.max(0, before.length - at));
    if (fresh === '' || at > before.length) return;
    const changed = { ...entry, content: { ...entry.content, text: before + fresh } };
    this.#entries.set(position, changed);
    this.#events.appended(changed, fresh);
  }
}
