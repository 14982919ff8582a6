import { randomBytes } from 'node:crypto';
import type { Notice } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { StoreProxy } from '../store/store.ts';
import type { attentionStore, KeptAttention } from './attention.store.ts';
import { keptNotices } from './attention.store.ts';
import type { Matter } from './engine.ts';

export interface NoticeLogContext {
  readonly store: StoreProxy<typeof attentionStore>;
  readonly clock: FeatureContext['clock'];
  readonly log: Pick<FeatureContext['log'], 'error'>;
}

const titleChars = 128;

export function createNoticeId(): string {
  return randomBytes(16).toString('hex');
}

/** The newest notices, oldest first. All are in memory; those about private sessions are nowhere else. */
export class NoticeLog {
  readonly #context: NoticeLogContext;
  #notices: Notice[] = [];
  readonly #unwritten = new Set<string>();
  readonly #readers = new Map<string, number>();
  #cursor = 0;

  constructor(context: NoticeLogContext) {
    this.#context = context;
  }

  load({ notices, cursor, readers }: KeptAttention): void {
    this.#notices = [...notices];
    for (const { reader, cursor: read } of readers) this.#readers.set(reader, read);
    this.#cursor = Math.max(cursor, notices.at(-1)?.cursor ?? 0);
  }

  find(id: string): Notice | undefined {
    return this.#notices.find((notice) => notice.id === id);
  }

  /** The newest one of a session that is not settled. */
  findOpen({ sessionId, kind }: Pick<Notice, 'sessionId' | 'kind'>): Notice | undefined {
    return this.#notices.findLast(
      (notice) =>
        notice.sessionId === sessionId && notice.kind === kind && notice.settledAt === undefined,
    );
  }

  listOpen(): Notice[] {
    return this.#notices.filter(({ settledAt }) => settledAt === undefined);
  }

  /** `written` resolves, and never rejects, when it is where it is kept. */
  add(
    matter: Matter,
    fields: Pick<Notice, 'id' | 'silence'>,
  ): { readonly notice: Notice; readonly written: Promise<void> } {
    const { kind, sessionId, title, text, isPrivate } = matter;
    this.#cursor += 1;
    const notice: Notice = {
      ...{ ...fields, cursor: this.#cursor, kind, sessionId },
      title: toPlainLine(title, titleChars),
      text: toPlainLine(text),
      at: this.#now(),
    };
    this.#notices = [...this.#notices, notice].slice(-keptNotices);
    if (isPrivate) this.#unwritten.add(notice.id);
    const { store } = this.#context;
    const written = store.add({ notice: isPrivate ? null : notice, cursor: this.#cursor });
    return { notice, written: written.catch((error: unknown) => this.#tell(error)) };
  }

  /** True when it was not settled before. */
  settle(id: string): boolean {
    const at = this.#notices.findIndex((notice) => notice.id === id);
    const notice = this.#notices[at];
    if (notice === undefined || notice.settledAt !== undefined) return false;
    const settledAt = this.#now();
    this.#notices[at] = { ...notice, settledAt };
    if (!this.#unwritten.has(id))
      this.#context.store.settle({ id, settledAt }).catch((error: unknown) => this.#tell(error));
    return true;
  }

  /** After a cursor; `cursor` is that of the last one listed, or where the list ends. */
  list(after: number, limit: number): { notices: Notice[]; cursor: number } {
    const notices = this.#notices.filter(({ cursor }) => cursor > after).slice(0, limit);
    return { notices, cursor: notices.at(-1)?.cursor ?? Math.max(after, this.#cursor) };
  }

  cursorOf(reader: string): number {
    return this.#readers.get(reader) ?? 0;
  }

  /** Never goes back, and never beyond what there is. */
  async read(reader: string, cursor: number): Promise<void> {
    const read = Math.max(this.cursorOf(reader), Math.min(cursor, this.#cursor));
    this.#readers.set(reader, read);
    await this.#context.store.read({ reader, cursor: read });
  }

  /** Resolves when nothing of the session's notices is on disk. */
  async forgetSession(sessionId: SessionId): Promise<void> {
    this.#notices = this.#notices.filter((notice) => notice.sessionId !== sessionId);
    await this.#context.store.forgetSession({ sessionId });
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }

  #tell(error: unknown): void {
    this.#context.log.error('A notice is not kept', { error });
  }
}
