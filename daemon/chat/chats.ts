import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { NeedSource } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { ConnectedHost } from '../host/host.ts';
import { providerOf } from '../provider/provider.ts';
import type { ChatSessions, PipeReader, SessionRow } from '../session/session.ts';
import { isLive } from '../session/session.ts';
import type { StoreProxy } from '../store/store.ts';
import type { chatStore } from './chat.store.ts';
import { Conversing } from './conversing.ts';
import { newKeptChat } from './kept.ts';
import type { JournalStore } from './privateStore.ts';
import { PrivateStore } from './privateStore.ts';
import type { LoadedLive } from './liveChat.ts';
import { LiveChat } from './liveChat.ts';
import type { Rules } from './rules.ts';
import { Slots } from './slots.ts';
import { Turns } from './turns.ts';
import { Watchers } from './watchers.ts';

export interface ChatsContext {
  readonly daemon: FeatureContext;
  readonly sessions: ChatSessions;
  readonly rules: Rules;
  readonly needs: NeedSource;
  readonly labelOf: (agent: string) => string | undefined;
}

const lookEveryMs = 1000;

/** All chats of this daemon. They are there as long as their sessions are, with a process or without. */
export class Chats implements PipeReader, Disposable {
  readonly watchers = new Watchers();
  readonly turns = new Turns();
  readonly store: StoreProxy<typeof chatStore>;
  readonly #context: ChatsContext;
  readonly #chats = new Map<SessionId, Conversing>();
  readonly #opening = new Map<SessionId, Promise<Conversing>>();
  readonly #slots: Slots;
  readonly #onDidAdvance = new Emitter<SessionId>();
  readonly #beganMs: number;
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onLook: (conversing: Conversing) => void = () => undefined;

  constructor(context: ChatsContext) {
    this.#context = context;
    this.#beganMs = context.daemon.clock.now();
    this.store = context.daemon.openStore<typeof chatStore>('chat');
    this.#slots = new Slots({
      maxRunning: () => context.rules.settings.maxRunning,
      countRunning: () => context.sessions.list().filter(({ status }) => isLive(status)).length,
      list: () => this.list(),
      putToSleep: (idle) => this.#inBackground(idle.sleep()),
    });
  }

  /** A turn is over, a process is ready or gone, something was committed. */
  get onDidAdvance(): Event<SessionId> {
    return this.#onDidAdvance.event;
  }

  /** Everything that is kept; once, however often it is asked for. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** From now on chats fall asleep, and what ended without being heard of is over. */
  begin(): void {
    this.#context.sessions.onDidChange((row) => this.#settle(row));
    for (const { chat } of this.list()) {
      chat.showNeeds();
      const { row } = chat;
      const isGone = row !== undefined && !isLive(row.status) && row.hostId === null;
      if (isGone) chat.lost();
    }
    this.#timer = setInterval(() => this.#putIdleToSleep(), lookEveryMs).unref();
  }

  /** Who is told whenever something of a chat changed. */
  lookWith(look: (conversing: Conversing) => void): void {
    this.#onLook = look;
  }

  list(): Conversing[] {
    return [...this.#chats.values()];
  }

  /** @throws WaggleError `notFound`. */
  get(sessionId: SessionId): Conversing {
    const found = this.#chats.get(sessionId);
    if (found === undefined)
      throw new WaggleError('notFound', 'There is no such chat.', { fix: 'waggle list --all' });
    return found;
  }

  async follow(row: SessionRow, host: ConnectedHost): Promise<void> {
    await this.load();
    const conversing = await this.ensure(row);
    await conversing.chat.follow(row, host);
    conversing.advance();
  }

  seqOf(id: SessionId, generation: number): number | undefined {
    const process = this.#chats.get(id)?.chat.process;
    return process?.generation === generation ? process.committedSeq : undefined;
  }

  forget(id: SessionId): void {
    this.#chats.get(id)?.chat.forget();
  }

  async remove(id: SessionId): Promise<void> {
    const conversing = this.#chats.get(id);
    if (conversing === undefined) return;
    this.#chats.delete(id);
    this.#slots.forget(conversing);
    for (const { content } of conversing.chat.journal.asking)
      this.#context.needs.remove(content.permission.permissionId);
    conversing.dispose();
    this.watchers.forget(id);
    if (conversing.chat.row?.private !== true) {
      await this.store.remove({ sessionId: id });
      await this.#squeeze();
    }
    await this.#context.rules.forgetSession(id);
  }

  /** What was said is off the disk: in parts, so that others get their turn in between. */
  async #squeeze(): Promise<void> {
    let isFirst = true;
    while (!(await this.store.squeeze({ isFirst })).isOver) isFirst = false;
  }

  /** For a new process. @throws WaggleError `limitReached`. */
  makeRoom(): Promise<void> {
    return this.#slots.makeRoom();
  }

  /** The limits changed. */
  configured(): void {
    this.#slots.freed();
    this.#putIdleToSleep();
  }

  /** What is on its way to the disk gets there. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.list().map(({ chat }) => chat.flush()));
  }

  dispose(): void {
    clearInterval(this.#timer);
    for (const conversing of this.list()) conversing.dispose();
    this.#chats.clear();
  }

  async #load(): Promise<void> {
    await this.#context.rules.load();
    for (const { sessionId, ...loaded } of await this.store.load({})) {
      const id = sessionIdSchema.safeParse(sessionId).data;
      if (id === undefined) continue;
      // An earlier program kept less; a switch that was wished for had an asker who is not known any more.
      const chat = { ...newKeptChat(loaded.chat.agent), ...loaded.chat, switching: null };
      this.#add({ ...loaded, chat, sessionId: id }, this.store);
    }
  }

  /** The chat of a session that is there; it may be the first that is heard of it. */
  ensure(row: SessionRow): Promise<Conversing> {
    const known = this.#chats.get(row.id);
    if (known !== undefined) return Promise.resolve(known);
    const opening = this.#opening.get(row.id) ?? this.#create(row);
    this.#opening.set(row.id, opening);
    return opening.finally(() => this.#opening.delete(row.id));
  }

  async #create(row: SessionRow): Promise<Conversing> {
    const from = row.chat?.forkOf?.sessionId;
    const { end, turns } =
      from === undefined ? { end: 0, turns: 0 } : await this.store.copy({ from, to: row.id });
    if (row.private === true && Date.parse(row.createdAt) < this.#beganMs) this.#endLost(row);
    const forkedFrom = sessionIdSchema.safeParse(from).data ?? null;
    // Turns of its own go on counting: what is kept for a turn is found by its number.
    const chat = { ...newKeptChat(row.agent), forkedFrom, turns, copied: turns };
    const loaded = { sessionId: row.id, chat, revision: 0, end, entries: [] };
    return this.#add(loaded, row.private === true ? new PrivateStore() : this.store);
  }

  /** Nothing of a private chat was kept by the daemon before this one: its agent is talking to nobody. */
  #endLost(row: SessionRow): void {
    this.#inBackground(this.#context.sessions.signal(row, 'SIGTERM'));
  }

  #add(loaded: LoadedLive, store: JournalStore): Conversing {
    const { sessionId } = loaded;
    const { sessions, daemon, labelOf } = this.#context;
    const { agent } = loaded.chat;
    // One that is not configured any more can still be read.
    const provider = providerOf(agent, labelOf(agent) ?? agent);
    const tell: Watchers['tell'] = (id, event, params) => this.watchers.tell(id, event, params);
    const chat = new LiveChat(
      {
        ...this.#context,
        ...{ store, provider, turns: this.turns },
        tell: (event, params) => tell(sessionId, event, params),
        advanced: () => {
          this.#chats.get(sessionId)?.advance();
          this.#slots.idled();
          this.#onDidAdvance.fire(sessionId);
        },
      },
      loaded,
    );
    const conversing = new Conversing({
      ...{ daemon, chat, sessions, turns: this.turns },
      tell: (event, params) => tell(sessionId, event, params),
      takeSlot: (waiting) => this.#slots.take(waiting),
      onLook: (changed) => this.#onLook(changed),
    });
    this.#chats.set(sessionId, conversing);
    return conversing;
  }

  #settle(row: SessionRow): void {
    const conversing = this.#chats.get(row.id);
    if (conversing === undefined) return;
    if (row.status === 'interrupted' && row.hostId === null) conversing.chat.lost();
    conversing.advance();
    if (!isLive(row.status)) this.#slots.freed();
    this.#onDidAdvance.fire(row.id);
  }

  #putIdleToSleep(): void {
    const { sleepAfterMs } = this.#context.rules.settings;
    if (sleepAfterMs === null) return;
    for (const conversing of this.list())
      if ((conversing.idleMs ?? 0) >= sleepAfterMs) this.#inBackground(conversing.sleep());
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#context.daemon.log.error('a chat does not fall asleep', { error });
    });
  }
}
