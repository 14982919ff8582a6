import type { EntryContent } from '../../protocol/chat/entry.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { ChatSessions, ImportSource } from '../session/session.ts';
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
      await filling.finish();
      return sessions.toSession(row.id);
    },
    async discard() {
      await chats.remove(row.id);
      await sessions.discard(row.id);
    },
  };
}

/** Puts what was said elsewhere into a journal. `name` tells its entries from those of other times. */
export class Filling {
  readonly #chat: LiveChat;
  readonly #name: string;
  #count = 0;
  #tool = '';

  constructor(chat: LiveChat, name = 'import') {
    this.#chat = chat;
    this.#name = name;
  }

  async write({ who, text }: Said): Promise<void> {
    this.#count += 1;
    if (who === 'person') this.#prompt(text);
    else this.#reply(who, text);
    if (this.#count % flushEvery === 0) await this.#chat.flush();
  }

  async finish(): Promise<void> {
    this.#endTurn();
    this.#chat.patch({ lastEnd: null });
    await this.#chat.flush();
  }

  #prompt(text: string): void {
    this.#endTurn();
    const id = createUuid();
    this.#chat.beginTurn({ id, text: '', attachments: [], at: this.#chat.now() });
    const content: EntryContent = { kind: 'prompt', text, attachments: [], isSteering: false };
    this.#chat.journal.add(content, { key: `prompt/${id}`, isOpen: false });
  }

  #reply(who: 'agent' | 'tool' | 'result', text: string): void {
    const { journal, kept } = this.#chat;
    if (kept.turn === null) this.#chat.beginTurn(null);
    const key = `${this.#name}/${this.#count}`;
    if (who === 'agent') return void journal.add({ kind: 'text', text }, { key, isOpen: false });
    if (who === 'result')
      return journal.apply({ type: 'tool', key: this.#tool, output: text, status: 'done' });
    const [name = 'tool'] = text.split(' ', 1);
    const input = text.slice(name.length + 1);
    this.#tool = key;
    journal.apply({ type: 'tool', key, name, title: text, input, status: 'done' });
  }

  #endTurn(): void {
    this.#chat.endTurn({ outcome: 'completed' });
  }
}
