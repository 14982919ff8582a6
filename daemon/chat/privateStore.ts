import type { Entry } from '../../protocol/chat/entry.ts';
import type { StoreProxy } from '../store/store.ts';
import type { chatStore, Commit, EntryPage, KeptAttachment, LoadedProcess } from './chat.store.ts';
import { noCarry } from './lines.ts';

/** What a chat needs of where its journal is. */
export type JournalStore = Pick<
  StoreProxy<typeof chatStore>,
  'commit' | 'loadProcess' | 'read' | 'readSince' | 'findPrompt' | 'readAttachments'
>;

const pageMaxChars = 1024 * 1024;

/** The journal of one private chat: in memory, and nowhere else. Gone with the daemon. */
export class PrivateStore implements JournalStore {
  readonly #entries = new Map<number, Entry>();
  readonly #attachments: KeptAttachment[] = [];
  #revision = 0;

  async commit({ entries, attachments }: Commit): Promise<{ readonly revision: number }> {
    this.#revision += 1;
    const revision = this.#revision;
    for (const { key: _key, ...entry } of entries)
      this.#entries.set(entry.position, { ...entry, revision });
    this.#attachments.push(...attachments);
    return { revision };
  }

  /** A process is never read by another daemon. */
  async loadProcess(): Promise<LoadedProcess> {
    return { cursor: undefined, carry: noCarry.bytes, out: [] };
  }

  async read({ from, back, limit }: Parameters<JournalStore['read']>[0]): Promise<EntryPage> {
    const all = this.#list(({ position }) => (back ? position < from : position >= from));
    const taken = takeFitting((back ? all.toReversed() : all).slice(0, limit));
    return { entries: back ? taken.toReversed() : taken, more: taken.length < all.length };
  }

  async readSince({ since, limit }: Parameters<JournalStore['readSince']>[0]): Promise<EntryPage> {
    const all = this.#list(({ revision }) => revision > since);
    const entries = takeFitting(all.slice(0, limit));
    return { entries, more: entries.length < all.length };
  }

  async findPrompt(): ReturnType<JournalStore['findPrompt']> {
    const found = this.#list(({ content }) => content.kind === 'prompt').at(-1);
    if (found?.content.kind !== 'prompt') return undefined;
    return { text: found.content.text, attachments: this.#attached(found.position) };
  }

  async readAttachments({
    position,
  }: Parameters<JournalStore['readAttachments']>[0]): Promise<KeptAttachment[]> {
    return this.#attached(position);
  }

  #list(isWanted: (entry: Entry) => boolean): Entry[] {
    return [...this.#entries.values()]
      .filter(isWanted)
      .toSorted((left, right) => left.position - right.position);
  }

  #attached(position: number): KeptAttachment[] {
    return this.#attachments.filter((one) => one.position === position);
  }
}

/** At least one; the rest is another page. */
function takeFitting(entries: readonly Entry[]): Entry[] {
  let left = pageMaxChars;
  return entries.filter((entry, at) => {
    left -= JSON.stringify(entry.content).length;
    return left > 0 || at === 0;
  });
}
