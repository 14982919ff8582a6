import type { EventParams } from '../../protocol/protocol.ts';
import type { Entry } from '../../protocol/chat/entry.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { NeedSource } from '../attention/attention.ts';
import type { SessionRow } from '../session/session.ts';
import type { Appended, OpenEntry } from './journal.ts';
import { factsOf, needOf } from './needs.ts';

export type ChatEventName = 'chat/changed' | 'chat/entryChanged' | 'chat/appended';
export type Tell = <E extends ChatEventName>(event: E, params: EventParams<E>) => void;

export interface PublishingContext {
  readonly sessionId: SessionId;
  readonly needs: NeedSource;
  readonly tell: Tell;
  readonly row: () => SessionRow | undefined;
}

/** Who is told what of a journal, and when: text as it comes, everything else when it is on disk. */
export class Publishing {
  readonly #context: PublishingContext;
  readonly #appended = new Map<number, Appended>();

  constructor(context: PublishingContext) {
    this.#context = context;
  }

  /** False: it is told when it is on disk, which should be soon. */
  changed(entry: OpenEntry): boolean {
    this.#appended.delete(entry.position);
    if (!isShownAtOnce(entry)) return false;
    this.#tellEntry(entry, 0);
    return true;
  }

  /** Pieces that come together are told together. */
  appended({ position, at, text }: Appended): void {
    const before = this.#appended.get(position);
    const whole = before === undefined ? { position, at, text } : add(before, text);
    this.#appended.set(position, whole);
  }

  flush(): void {
    const { tell, sessionId } = this.#context;
    for (const appended of this.#appended.values())
      tell('chat/appended', { sessionId, ...appended });
    this.#appended.clear();
  }

  /** They are on disk. */
  committed(entries: readonly OpenEntry[], revision: number): void {
    for (const entry of entries) {
      if (!isShownAtOnce(entry)) this.#tellEntry(entry, revision);
      this.showNeed(entry, false);
    }
  }

  /** What a person is asked stands among what needs them. */
  showNeed({ content, isOpen }: OpenEntry, isRestored: boolean): void {
    if (content.kind !== 'permission') return;
    const { needs, sessionId, row } = this.#context;
    const { permission } = content;
    if (isOpen) needs.put(needOf(sessionId, permission), factsOf(row(), isRestored));
    else needs.remove(permission.permissionId);
  }

  #tellEntry({ key: _key, ...entry }: OpenEntry, revision: number): void {
    const told: Entry = { ...entry, revision };
    this.#context.tell('chat/entryChanged', { sessionId: this.#context.sessionId, entry: told });
  }
}

function add(before: Appended, text: string): Appended {
  return { ...before, text: before.text + text };
}

/** Shown while it is being written or runs; the rest when it is on disk. */
function isShownAtOnce({ isOpen, content }: OpenEntry): boolean {
  const { kind } = content;
  return isOpen && (kind === 'text' || kind === 'thinking' || kind === 'tool');
}
