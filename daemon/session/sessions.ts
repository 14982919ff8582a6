import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { AttentionFeature, Need, NeedSource } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import { judge } from './evidence.ts';
import type { LifeAction } from './life.ts';
import { isLive, reduce } from './life.ts';
import type { SessionRow } from './row.ts';
import { fromKept, toSession } from './row.ts';
import { Sequences } from './sequence.ts';
import type { sessionStore } from './session.store.ts';
import type { TitlePattern, TitleReader } from '../signal/signal.ts';
import { createTitleReader } from '../signal/signal.ts';
import { forgetNotification } from './heard.ts';
import { callIdOf, factsOf, needsOf } from './need.ts';

/** Fields that a change may set; the life changes by actions, attention follows from the rest. */
export type RowPatch = Partial<Omit<SessionRow, 'id' | 'revision' | 'updatedAt' | 'attention'>>;

/**
 * The rows of all sessions. Every change is written first, then it holds, then it is told; changes of one session run one
 * after the other, so that none is lost. Knows no process.
 */
export class Sessions {
  readonly #context: FeatureContext;
  readonly #store;
  readonly #needs: NeedSource;
  readonly #rows = new Map<SessionId, SessionRow>();
  readonly #clients = new Map<SessionId, number>();
  readonly #writes = new Sequences();
  readonly #onDidChange = new Emitter<SessionRow>();
  readonly #titlePatterns: () => readonly TitlePattern[];
  /** What ran before this daemon: ids and generations. */
  readonly #fromBefore = new Map<SessionId, number>();
  readonly #beganAt: string;
  #titles: { readonly of: readonly TitlePattern[]; readonly reader: TitleReader } | undefined;
  #revision = 0;

  constructor(
    context: FeatureContext,
    attention: Pick<AttentionFeature, 'register'>,
    titlePatterns: () => readonly TitlePattern[] = () => noPatterns,
  ) {
    this.#context = context;
    this.#titlePatterns = titlePatterns;
    this.#beganAt = new Date(context.clock.now()).toISOString();
    this.#store = context.openStore<typeof sessionStore>('session');
    this.#needs = attention.register({
      kinds: ['permission', 'question', 'signIn', 'failed', 'finished', 'notice'],
      answer: (need, action) => this.#answer(need, action),
    });
  }

  /** A row was changed and written. */
  get onDidChange(): Event<SessionRow> {
    return this.#onDidChange.event;
  }

  async load(): Promise<void> {
    this.#revision = await this.#store.readRevision({});
    for (const kept of await this.#store.list({})) {
      const row = fromKept(kept);
      this.#fromBefore.set(row.id, row.generation);
      this.#rows.set(row.id, row);
      this.#showNeeds(row);
    }
  }

  /** Its process was started before this daemon. */
  isFromBefore({ id, generation }: Pick<SessionRow, 'id' | 'generation'>): boolean {
    return this.#fromBefore.get(id) === generation;
  }

  /** How titles are read now: the patterns of the person are compiled once for as long as they are the same. */
  titles(): TitleReader {
    const of = this.#titlePatterns();
    if (this.#titles?.of !== of)
      this.#titles = {
        of,
        reader: createTitleReader(of, (pattern) =>
          this.#context.log.warn('a title pattern is no regular expression', { pattern }),
        ),
      };
    return this.#titles.reader;
  }

  listDeleted(): Promise<string[]> {
    return this.#store.listDeleted({});
  }

  /** Newest revision of any session. */
  get revision(): number {
    return this.#revision;
  }

  rows(): SessionRow[] {
    return [...this.#rows.values()];
  }

  find(id: SessionId): SessionRow | undefined {
    return this.#rows.get(id);
  }

  /** @throws WaggleError `notFound`. */
  get(id: SessionId): SessionRow {
    const row = this.#rows.get(id);
    if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
    return row;
  }

  clientsOf(id: SessionId): number {
    return this.#clients.get(id) ?? 0;
  }

  toSession(row: SessionRow): Session {
    return toSession(row, this.clientsOf(row.id));
  }

  /** A row that nobody knows yet. */
  add(row: SessionRow): Promise<SessionRow> {
    return this.#writes.run(row.id, async () => {
      const saved = await this.#save(row);
      this.#publish('session/opened', saved);
      return saved;
    });
  }

  /** Changes the row as it is when its turn comes. Undefined when the session is gone by then. */
  change(id: SessionId, patchOf: (row: SessionRow) => RowPatch): Promise<SessionRow | undefined> {
    return this.#writes.run(id, async () => {
      const row = this.#rows.get(id);
      if (row === undefined) return undefined;
      const patch = patchOf(row);
      if (Object.keys(patch).length === 0) return row;
      const saved = await this.#save({ ...row, ...patch });
      this.#publish('session/changed', saved);
      this.#onDidChange.fire(saved);
      return saved;
    });
  }

  /** Applies an action to the life of a session, when it is still that generation. */
  act(
    process: Pick<SessionRow, 'id' | 'generation'>,
    action: LifeAction,
    further: RowPatch = {},
  ): Promise<SessionRow | undefined> {
    return this.change(process.id, (row) => {
      if (row.generation !== process.generation) return {};
      const life = reduce(row, action);
      return life === row ? further : { ...life, ...further };
    });
  }

  async setClients(id: SessionId, clients: number): Promise<void> {
    if (this.clientsOf(id) === clients) return;
    this.#clients.set(id, clients);
    // Written although nothing kept changes: the revision tells clients that this is newer.
    await this.change(id, (row) => ({ hidden: row.hidden }));
  }

  /** Removes row and tombstones it; tells it. */
  remove(id: SessionId): Promise<void> {
    return this.#writes.run(id, async () => {
      const { revision } = await this.#store.remove({ id });
      this.#revision = Math.max(this.#revision, revision);
      this.#rows.delete(id);
      this.#clients.delete(id);
      this.#needs.remove(id);
      this.#needs.remove(callIdOf({ id }));
      this.#fromBefore.delete(id);
      const about = { sessionId: id };
      this.#context.publish('session/deleted', { sessionId: id, revision }, about);
      await this.#needs.forgetSession(id);
    });
  }

  countRunning(): number {
    return this.rows().filter((row) => isLive(row.status)).length;
  }

  /** Sessions that a host holds, ended ones included until they are collected. */
  countIn(hostId: string): number {
    return this.rows().filter((row) => row.hostId === hostId).length;
  }

  settle(): Promise<void> {
    return this.#writes.settle();
  }

  async #save(row: SessionRow): Promise<SessionRow> {
    const now = new Date(this.#context.clock.now()).toISOString();
    const judged = { ...row, attention: judge(row, row.attention, now) };
    const written = await (row.private === true
      ? this.#store.countChange({})
      : this.#store.save(judged));
    const saved = { ...judged, ...written };
    this.#revision = Math.max(this.#revision, written.revision);
    this.#rows.set(saved.id, saved);
    return saved;
  }

  #publish(event: 'session/opened' | 'session/changed', row: SessionRow): void {
    this.#context.publish(event, { session: this.toSession(row) }, { sessionId: row.id });
    this.#showNeeds(row);
  }

  #showNeeds(row: SessionRow): void {
    const { own, call } = needsOf(row);
    const facts = factsOf(row, this.#beganAt);
    if (own === undefined) this.#needs.remove(row.id);
    else this.#needs.put(own, facts);
    if (call === undefined) this.#needs.remove(callIdOf(row));
    else this.#needs.put(call, { ...facts, turnMs: null });
  }

  async #answer(need: Need, action: string): Promise<void> {
    if (action !== 'dismiss' || need.sessionId === null) return;
    const isCall = need.kind === 'notice';
    await this.change(need.sessionId, (row) => ({
      heard: isCall ? forgetNotification(row.heard) : { ...row.heard, dismissed: true },
    }));
  }
}

const noPatterns: readonly TitlePattern[] = [];
