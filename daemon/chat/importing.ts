import type { EntryContent } from '../../protocol/chat/entry.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { ChatSessions, ImportSource } from '../session/session.ts';
import { describeTool } from '../provider/provider.ts';
import type { Said } from '../transcript/transcript.ts';
import { createUuid } from '../uuid.ts';
import type { Chats } from './chats.ts';
import type { LiveChat } from './liveChat.ts';

/** A chat that is being filled with what was said elsewhere. */
export interface ChatImport {
  readonly write: (said: Said) => Promise<void>;
  /** Resolves with the session when all of it is kept. */
  finish(): Promise<Session>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

const flushEvery = 200;

export async function beginImport(
  { chats, sessions }: { readonly chats: Chats; readonly sessions: ChatSessions },
  source: ImportSource,
): Promise<ChatImport> {
  const row = await sessions.adopt(source);
  const { chat } = await chats.ensure(row);
  const filling = new Filling(chat);
  return {
    write: (said) => filling.write(said),
    async finish() {
      filling.end();
      await chat.flush();
      return sessions.toSession(row.id);
    },
    async discard() {
      await chats.remove(row.id);
      await sessions.discard(row.id);
    },
  };
}

interface Refill {
  /** Tells its entries from those of other times; the same when it is gone on with. */
  readonly name: string;
  /** Pieces that stand in the journal since it was interrupted. */
  readonly filled: number;
}

/** Puts what was said elsewhere into a journal. `refill`: it may be interrupted, and gone on with. */
export class Filling {
  readonly #chat: LiveChat;
  readonly #refill: Refill | undefined;
  #count = 0;
  #tool = '';

  constructor(chat: LiveChat, refill?: Refill) {
    this.#chat = chat;
    this.#refill = refill;
  }

  async write({ who, text }: Said): Promise<void> {
    this.#count += 1;
    const key = `${this.#refill?.name ?? 'import'}/${this.#count}`;
    if (who === 'tool') this.#tool = key;
    if (this.#count <= (this.#refill?.filled ?? 0)) return;
    if (who === 'person') this.#prompt(text);
    else this.#reply(key, { who, text });
    // On disk together with the piece.
    if (this.#refill !== undefined) this.#chat.patch({ filled: this.#count });
    if (this.#count % flushEvery === 0) await this.#chat.flush();
  }

  /** Nothing comes any more; on disk with what is written next. */
  end(): void {
    this.#endTurn();
    this.#chat.patch({ lastEnd: null });
  }

  #prompt(text: string): void {
    this.#endTurn();
    const id = createUuid();
    this.#chat.beginTurn({ id, text: '', attachments: [], at: this.#chat.now() });
    const content: EntryContent = { kind: 'prompt', text, attachments: [], isSteering: false };
    this.#chat.journal.add(content, { key: `prompt/${id}`, isOpen: false });
  }

  #reply(key: string, { who, text }: Said): void {
    const { journal, kept } = this.#chat;
    if (kept.turn === null) this.#chat.beginTurn(null);
    if (who === 'agent') return void journal.add({ kind: 'text', text }, { key, isOpen: false });
    if (who === 'result')
      return journal.apply({ type: 'tool', key: this.#tool, output: text, status: 'done' });
    const [name = 'tool'] = text.split(' ', 1);
    const input = text.slice(name.length + 1);
    const facts = describeTool(name, input);
    journal.apply({ type: 'tool', key, name, input, status: 'done', ...facts });
  }

  #endTurn(): void {
    this.#chat.endTurn({ outcome: 'completed' });
  }
}
