import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { Commit, Cursor, KeptAttachment, Outgoing } from './chat.store.ts';
import type { OpenEntry } from './journal.ts';
import type { KeptChat } from './kept.ts';
import type { JournalStore } from './privateStore.ts';

export interface Committed {
  readonly revision: number;
  readonly commit: Commit;
}

export interface CommittingContext {
  readonly sessionId: string;
  readonly store: Pick<JournalStore, 'commit'>;
  readonly log: Logger;
  /** It is on disk. In the order of the changes. */
  onCommitted(committed: Committed): void;
}

/** The open block is stored at most so often. */
const openEveryMs = 250;
const againMs = 1000;

/**
 * Gathers what changed in a chat and writes it in one transaction, one after the other. Invariant: what is gathered
 * between two turns of the event loop belongs together, so no cursor is ever ahead of what was read up to it.
 */
export class Committing {
  readonly #context: CommittingContext;
  #chat: KeptChat | undefined;
  #cursor: Cursor | undefined;
  #carryRestarts = false;
  #carry: Uint8Array[] = [];
  #entries = new Map<number, OpenEntry>();
  #attachments: KeptAttachment[] = [];
  #out: Outgoing[] = [];
  #settled: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  readonly #waiting = new Set<(error: unknown) => void>();

  constructor(context: CommittingContext) {
    this.#context = context;
  }

  chat(chat: KeptChat): void {
    this.#chat = chat;
  }

  entry(entry: OpenEntry): void {
    this.#entries.set(entry.position, entry);
  }

  attachment(attachment: KeptAttachment): void {
    this.#attachments.push(attachment);
  }

  cursor(cursor: Cursor): void {
    this.#cursor = cursor;
  }

  restartCarry(): void {
    this.#carryRestarts = true;
    this.#carry = [];
  }

  carry(bytes: Uint8Array): void {
    this.#carry.push(bytes);
  }

  out(piece: Outgoing): void {
    this.#out.push(piece);
  }

  settle(numbers: readonly number[]): void {
    const waiting = new Set(numbers);
    this.#out = this.#out.filter(({ number }) => !waiting.has(number));
    this.#settled.push(...numbers);
  }

  /** Within a moment. */
  soon(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => void this.flush(), openEveryMs);
  }

  /** Resolves when everything that was gathered so far is on disk, or the chat is closed. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What is being written may be older than what was gathered.
    await this.#running;
    if (this.#isEmpty) return;
    this.#running ??= this.#write().finally(() => (this.#running = undefined));
    await this.#running;
  }

  /**
   * The same for who waits for it. Rejects as the store does when it takes nothing now (`diskFull`, `busy`); it is tried
   * again all the same.
   */
  async durable(): Promise<void> {
    const trouble = Promise.withResolvers<never>();
    this.#waiting.add(trouble.reject);
    try {
      await Promise.race([this.flush(), trouble.promise]);
    } finally {
      this.#waiting.delete(trouble.reject);
    }
  }

  /** Nothing is written any more but what is on its way. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  get #isEmpty(): boolean {
    const isStill = this.#chat === undefined && this.#cursor === undefined && !this.#carryRestarts;
    const lists = [this.#carry, this.#attachments, this.#out, this.#settled];
    return isStill && this.#entries.size === 0 && lists.every(({ length }) => length === 0);
  }

  #take(): Commit {
    const commit: Commit = {
      sessionId: this.#context.sessionId,
      chat: this.#chat,
      cursor: this.#cursor,
      carry: {
        restart: this.#carryRestarts,
        bytes: this.#carry.length === 0 ? undefined : Buffer.concat(this.#carry),
      },
      entries: [...this.#entries.values()],
      attachments: this.#attachments,
      out: this.#out,
      settled: this.#settled,
    };
    [this.#chat, this.#cursor, this.#carryRestarts, this.#carry] = [
      undefined,
      undefined,
      false,
      [],
    ];
    [this.#entries, this.#attachments, this.#out, this.#settled] = [new Map(), [], [], []];
    return commit;
  }

  /** While the database takes nothing (busy, full disk) it is tried again, and nothing is acknowledged. */
  async #write(): Promise<void> {
    const commit = this.#take();
    for (;;) {
      if (this.#isClosed) return;
      try {
        const { revision } = await this.#context.store.commit(commit);
        if (!this.#isClosed) this.#context.onCommitted({ revision, commit });
        return;
      } catch (error) {
        if (this.#isClosed || errorCodeOf(error) === 'stopped') return;
        for (const reject of this.#waiting) reject(error);
        this.#context.log.warn('a chat waits for the database', { error });
        await delay(againMs, undefined, { ref: false });
      }
    }
  }
}
