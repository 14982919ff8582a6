import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { AllSessions, SessionRow } from '../session/session.ts';
import { isLive, Sequences } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import { cutPieces, SeenLines, toPlainLines } from './outputText.ts';
import type { IndexCursor, NewPiece, searchStore } from './search.store.ts';

export interface IndexingContext {
  readonly daemon: FeatureContext;
  readonly sessions: AllSessions;
}

const pageBytes = 256 * 1024;
/** What one pass takes in: the rest comes with the next. */
const passBytes = 8 * 1024 * 1024;
const passAfterMs = 2000;
const goOnAfterMs = 100;
const sweepEveryMs = 3_600_000;

type Page = Awaited<ReturnType<AllSessions['readOutput']>>;

/** Reads kept output once and keeps its words. What may not be kept is never read, and what is kept no more is forgotten. */
export class Indexing {
  readonly store: StoreProxy<typeof searchStore>;
  readonly #context: IndexingContext;
  readonly #cursors = new Map<string, IndexCursor>();
  readonly #seen = new Map<string, SeenLines>();
  /** Ended sessions that were read to their end: generation and revision. */
  readonly #done = new Map<string, string>();
  /** Where the output of a session ended that was read last. */
  readonly #tails = new Map<string, number>();
  readonly #changed = new Set<SessionId>();
  readonly #order = new Sequences();
  #bytesLeft = 0;
  #isStopped = false;
  #passing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(context: IndexingContext) {
    this.#context = context;
    this.store = context.daemon.openStore<typeof searchStore>('search');
  }

  /** Kept output that the last pass left. */
  get bytesLeft(): number {
    return this.#bytesLeft;
  }

  async load(): Promise<void> {
    for (const cursor of await this.store.load({})) this.#cursors.set(cursor.sessionId, cursor);
  }

  begin(): void {
    const { sessions } = this.#context;
    for (const row of sessions.rows()) this.#changed.add(row.id);
    sessions.onDidChange((row) => {
      this.#changed.add(row.id);
      if (!isLive(row.status)) this.#soon(passAfterMs);
    });
    this.#sweeper = setInterval(() => this.#inBackground(this.sweep()), sweepEveryMs).unref();
  }

  /** Everything that is kept until now, as far as one pass reaches. Who asks while one runs waits for that one. */
  pass(): Promise<void> {
    this.#passing ??= this.#pass().finally(() => (this.#passing = undefined));
    return this.#passing;
  }

  /** Nothing of its output can be found any more. */
  async forget(sessionId: string): Promise<void> {
    await this.#order.run(sessionId, async () => {
      this.#cursors.delete(sessionId);
      this.#seen.delete(sessionId);
      this.#tails.delete(sessionId);
      this.#done.delete(sessionId);
      const { isChanged } = await this.store.remove({ sessionId });
      if (isChanged) await this.#squeeze();
    });
  }

  /** Forgets words of output that is kept no more: it was too old, or too much. */
  async sweep(): Promise<void> {
    for (const { sessionId } of [...this.#cursors.values()]) {
      if (this.#isStopped) return;
      await this.#order.run(sessionId, () => this.#prune(sessionId as SessionId));
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.dispose();
    await this.#passing?.catch((error: unknown) => this.#tell(error));
    await this.#order.settle();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#sweeper);
  }

  async #pass(): Promise<void> {
    const { sessions } = this.#context;
    for (const row of sessions.rows()) if (isLive(row.status)) this.#changed.add(row.id);
    let room = passBytes;
    let left = 0;
    for (const id of this.#changed) {
      const row = sessions.find(id);
      if (row === undefined || this.#isStopped) this.#changed.delete(id);
      else {
        const read = await this.#order.run(id, () => this.#index(row, room));
        room -= read.bytes;
        left += read.left;
        if (read.left === 0) this.#changed.delete(id);
      }
    }
    this.#bytesLeft = left;
    if (left > 0) this.#soon(goOnAfterMs);
  }

  async #index(
    row: SessionRow,
    room: number,
  ): Promise<{ readonly bytes: number; readonly left: number }> {
    const { sessions } = this.#context;
    const nothing = { bytes: 0, left: 0 };
    if (row.private === true || row.mode === 'pipe' || !sessions.keepsOutput(row)) return nothing;
    const state = `${row.generation} ${row.revision}`;
    if (!isLive(row.status) && this.#done.get(row.id) === state) return nothing;
    if (isLive(row.status)) await sessions.flush(row);
    let bytes = 0;
    const first = this.#cursors.get(row.id)?.generation ?? 0;
    for (let generation = first; generation <= row.generation; generation += 1) {
      const isLast = generation === row.generation;
      const isOver = !isLast || !isLive(row.status);
      const read = await this.#indexGeneration(row, { generation, isOver, room: room - bytes });
      bytes += read.bytes;
      if (read.left > 0) return { bytes, left: read.left };
    }
    await this.#prune(row.id);
    this.#done.set(row.id, state);
    // Nothing paints there any more; what begins again later has its own lines.
    if (!isLive(row.status)) this.#seen.delete(row.id);
    return { bytes, left: 0 };
  }

  async #indexGeneration(
    row: SessionRow,
    { generation, isOver, room }: { generation: number; isOver: boolean; room: number },
  ): Promise<{ readonly bytes: number; readonly left: number }> {
    const { sessions, daemon } = this.#context;
    const known = this.#cursors.get(row.id);
    let from = known?.generation === generation ? known.seq : 0;
    let bytes = 0;
    for (;;) {
      const page = await sessions.readOutput(row.id, { generation, from, maxBytes: pageBytes });
      const left = Math.max(0, page.end - from);
      if (page.data.length === 0 || this.#isStopped) return { bytes, left: 0 };
      if (bytes >= room) return { bytes, left };
      const isEnd = page.next >= page.end;
      const at = isLive(row.status) ? new Date(daemon.clock.now()).toISOString() : row.updatedAt;
      const { pieces, next } = this.#read(row.id, page, { isOver: isOver && isEnd, at });
      const cursor = { sessionId: row.id, generation, seq: next };
      const isSame = next === from && this.#tails.get(row.id) === page.end;
      if (isSame) return { bytes, left: 0 };
      this.#tails.set(row.id, page.end);
      await this.store.add({ cursor, pieces });
      this.#cursors.set(row.id, cursor);
      bytes += next - from;
      from = next;
      if (isEnd || next === page.from) return { bytes, left: 0 };
    }
  }

  #read(
    id: string,
    page: Page,
    { isOver, at }: { readonly isOver: boolean; readonly at: string },
  ): { readonly pieces: NewPiece[]; readonly next: number } {
    const seen = this.#seen.get(id) ?? new SeenLines();
    this.#seen.set(id, seen);
    // What comes before a gap ends there.
    const isCut = page.gaps.length > 0;
    const cuts = cutPieces(page.data, isOver || isCut);
    const pieces = cuts.flatMap(({ from, to }): NewPiece[] => {
      const raw = page.data.subarray(from, to).toString('utf8');
      const words = seen.takeNew(toPlainLines(raw)).join('\n');
      const place = { seq: seqAt(page, from), end: seqAt(page, to), at };
      return words === '' ? [] : [{ ...place, words, isTail: false }];
    });
    const last = cuts.at(-1)?.to ?? 0;
    const rest = page.data.subarray(last);
    const words = seen.peekNew(toPlainLines(rest.toString('utf8'))).join('\n');
    if (words !== '')
      pieces.push({ seq: seqAt(page, last), end: page.next, at, words, isTail: true });
    return { pieces, next: last === page.data.length ? page.next : seqAt(page, last) };
  }

  async #prune(id: SessionId): Promise<void> {
    const known = this.#cursors.get(id);
    if (known === undefined) return;
    const { sessions } = this.#context;
    for (let generation = 0; generation <= known.generation; generation += 1) {
      const page = await sessions.readOutput(id, { generation, from: 0, maxBytes: 1 });
      if (page.data.length > 0)
        return this.#pruneBefore({ sessionId: id, generation, before: page.from });
    }
    const before = Number.MAX_SAFE_INTEGER;
    await this.#pruneBefore({ sessionId: id, generation: known.generation, before });
  }

  async #pruneBefore(place: Parameters<Indexing['store']['prune']>[0]): Promise<void> {
    if ((await this.store.prune(place)).isChanged) await this.#squeeze();
  }

  /** In parts, so that others get their turn in between. */
  #squeeze(): Promise<void> {
    return this.#order.run('', async () => {
      let isFirst = true;
      while (!(await this.store.squeeze({ isFirst })).isOver) isFirst = false;
    });
  }

  #soon(ms: number): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#inBackground(this.pass());
    }, ms).unref();
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): void {
    this.#context.daemon.log.warn('output was not indexed', { reason: errorMessageOf(error) });
  }
}

/** The position in the output of an offset in a page; the gaps before it count. */
export function seqAt({ from, gaps }: Pick<Page, 'from' | 'gaps'>, offset: number): number {
  let seq = from + offset;
  for (const gap of gaps) if (gap.from < seq) seq += gap.to - gap.from;
  return seq;
}
