/** A client of one chat: keeps its journal as it is told, and waits until something stands in it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { Answer, Permission } from '../../protocol/chat/permission.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';

type Content<K extends EntryContent['kind']> = Extract<EntryContent, { kind: K }>;

const deadlineMs = 60_000;

export class ChatReader {
  readonly sessionId: SessionId;
  readonly entries = new Map<number, Entry>();
  chat: Chat;
  /** Pieces of text that came before they were on disk. */
  pieces = 0;
  readonly #link: DaemonLink;

  private constructor(link: DaemonLink, chat: Chat) {
    this.#link = link;
    this.sessionId = chat.sessionId;
    this.chat = chat;
  }

  static async open(link: DaemonLink, sessionId: SessionId): Promise<ChatReader> {
    const { chat } = await link.call('chat/get', { sessionId });
    const reader = new ChatReader(link, chat);
    const isOurs = (told: { readonly sessionId: SessionId }): boolean =>
      told.sessionId === sessionId;
    link.onEvent('chat/entryChanged', (told) => {
      if (isOurs(told)) reader.entries.set(told.entry.position, told.entry);
    });
    link.onEvent('chat/appended', (told) => {
      if (isOurs(told)) reader.#append(told);
    });
    link.onEvent('chat/changed', (told) => {
      if (isOurs(told.chat)) reader.chat = told.chat;
    });
    const { entries, chat: current } = await link.call('chat/subscribe', { sessionId, last: 1000 });
    for (const entry of entries) reader.entries.set(entry.position, entry);
    reader.chat = current;
    return reader;
  }

  #append({ position, at, text }: { position: number; at: number; text: string }): void {
    this.pieces += 1;
    const entry = this.entries.get(position);
    if (entry === undefined || !('text' in entry.content)) return;
    const content = { ...entry.content, text: entry.content.text.slice(0, at) + text };
    this.entries.set(position, { ...entry, content });
  }

  list<K extends EntryContent['kind']>(kind: K): Content<K>[] {
    return [...this.entries.values()]
      .toSorted((left, right) => left.position - right.position)
      .flatMap(({ content }) => (content.kind === kind ? [content as Content<K>] : []));
  }

  /** Kinds in the order of the journal. */
  get kinds(): string[] {
    return [...this.entries.values()]
      .toSorted((left, right) => left.position - right.position)
      .map(({ content }) => content.kind);
  }

  get texts(): string[] {
    return this.list('text').map(({ text }) => text);
  }

  get asked(): Permission | undefined {
    return this.list('permission').find(({ permission }) => permission.state === 'open')
      ?.permission;
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!isSo()) {
      if (performance.now() > deadline)
        throw new Error(`waited in vain for ${what}; ${this.chat.state}: ${this.toString()}`);
      await delay(10);
    }
  }

  async untilAsked(): Promise<Permission> {
    await this.until(() => this.asked !== undefined, 'a question');
    const { asked } = this;
    if (asked === undefined) throw new Error('it was answered by somebody else');
    return asked;
  }

  /** Waits for the end of that many turns, and returns the last. */
  async untilTurns(count: number): Promise<Content<'turnEnded'>> {
    await this.until(() => this.list('turnEnded').length >= count, `the end of ${count} turns`);
    const ended = this.list('turnEnded')[count - 1];
    if (ended === undefined) throw new Error('no turn has ended');
    return ended;
  }

  async say(text: string, environment: Record<string, string> = {}): Promise<Chat> {
    const message = { sessionId: this.sessionId, messageId: randomUUID(), text, environment };
    return (await this.#link.call('chat/send', message)).chat;
  }

  /** Says it, and waits until its turn is over. */
  async turn(
    text: string,
    environment: Record<string, string> = {},
  ): Promise<Content<'turnEnded'>> {
    const before = this.list('turnEnded').length;
    await this.say(text, environment);
    return this.untilTurns(before + 1);
  }

  async answer({ permissionId, hash }: Permission, answer: Answer): Promise<Permission> {
    const seen = { sessionId: this.sessionId, permissionId, hash };
    return (await this.#link.call('chat/answer', { ...seen, answer })).permission;
  }

  toString(): string {
    return JSON.stringify([...this.entries.values()].map(({ content }) => content)).slice(0, 3000);
  }
}
