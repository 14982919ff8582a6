import type { SessionId } from '../../protocol/wire/brand.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { NeedSource } from '../attention/attention.ts';
import type { FeatureContext } from '../context.ts';
import type { ConnectedHost } from '../host/host.ts';
import type {
  AskRequest,
  ChatEvent,
  Provider,
  Step,
  TurnEndedEvent,
} from '../provider/provider.ts';
import type { ChatSessions, SessionRow } from '../session/session.ts';
import type { ProcessEnd } from './agentProcess.ts';
import { queueAfterEnd } from './afterEnd.ts';
import { AgentProcess } from './agentProcess.ts';
import { answerAlone, toPermission } from './asking.ts';
import type { LoadedChat } from './chat.store.ts';
import { readingOf } from './claims.ts';
import type { Committed } from './committing.ts';
import { Committing } from './committing.ts';
import type { OpenEntry } from './journal.ts';
import { Journal, scopeTo } from './journal.ts';
import type { KeptChat, Message } from './kept.ts';
import { addUsage, contextAfter, toLastEnd, withoutUndefined } from './kept.ts';
import { describeEnd, garbledText, readLastWords, toError } from './lastWords.ts';
import type { JournalStore } from './privateStore.ts';
import type { Tell } from './publishing.ts';
import { Publishing } from './publishing.ts';
import { Replies } from './replies.ts';
import type { Rules } from './rules.ts';
import type { Turns } from './turns.ts';

export interface LiveChatContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log' | 'tokens'>;
  readonly store: JournalStore;
  readonly sessions: ChatSessions;
  readonly rules: Rules;
  readonly needs: NeedSource;
  readonly provider: Provider;
  readonly turns: Pick<Turns, 'tellLimits'>;
  /** To who watches this chat. */
  readonly tell: Tell;
  /** Something changed that may let it go on: a turn is over, a process is ready or gone. */
  advanced(): void;
}

export interface LoadedLive extends LoadedChat {
  readonly sessionId: SessionId;
}

/** One chat: what its agent does goes into its journal, and from there to who watches. What a person does comes from outside. */
export class LiveChat {
  readonly sessionId: SessionId;
  readonly journal: Journal;
  readonly provider: Provider;
  readonly replies = new Replies();
  kept: KeptChat;
  revision: number;
  process: AgentProcess | undefined;
  readonly #context: LiveChatContext;
  readonly #committing: Committing;
  readonly #publishing: Publishing;
  #isUrgent = false;
  #claimed = '';

  constructor(context: LiveChatContext, loaded: LoadedLive) {
    this.#context = context;
    this.sessionId = loaded.sessionId;
    this.provider = context.provider;
    this.kept = loaded.chat;
    this.revision = loaded.revision;
    this.#committing = new Committing({
      sessionId: loaded.sessionId,
      store: context.store,
      log: context.daemon.log,
      onCommitted: (committed) => this.#committed(committed),
    });
    const { needs, tell } = context;
    const about = { sessionId: loaded.sessionId, needs, tell, row: () => this.row };
    this.#publishing = new Publishing(about);
    const { end, entries } = loaded;
    this.journal = new Journal(
      { end, entries, turn: loaded.chat.turns },
      {
        now: () => this.now(),
        events: {
          changed: (entry) => this.#changed(entry),
          appended: (entry, appended) => {
            this.#committing.entry(entry);
            this.#publishing.appended(appended);
          },
        },
      },
    );
  }

  /** Where its journal is read. */
  get store(): JournalStore {
    return this.#context.store;
  }

  get row(): SessionRow | undefined {
    return this.#context.sessions.find(this.sessionId);
  }

  now(): string {
    return new Date(this.#context.daemon.clock.now()).toISOString();
  }

  patch(change: Partial<KeptChat>): void {
    this.kept = { ...this.kept, ...change };
    this.#committing.chat(this.kept);
  }

  /** Resolves when everything up to now is on disk. Rejects as the store does while it takes nothing. */
  async flush(): Promise<void> {
    this.#publishing.flush();
    this.claim();
    await this.#committing.durable();
  }

  attach(message: Message, position: number): void {
    for (const [number, { name, mediaType, data }] of message.attachments.entries())
      this.#committing.attachment({ position, number, name, mediaType, data });
  }

  /** Gives the process what a provider made of something. */
  apply(step: Step, messageId: string | null = null): void {
    this.process?.apply(step, messageId);
  }

  /** Reads what its process writes, from where it was read last. */
  async follow(row: SessionRow, host: ConnectedHost): Promise<void> {
    const { process } = this;
    if (process?.generation === row.generation) {
      if (process.link !== host.link && !process.hasEnded) await process.attach(host.link);
      return;
    }
    const loaded = await this.#context.store.loadProcess({ sessionId: this.sessionId });
    const isKnown = loaded.cursor?.generation === row.generation;
    // One that ended while nobody read it was read to its end before.
    if (isKnown && this.kept.endedGeneration === row.generation) return;
    process?.dispose();
    const next = this.#createProcess(row, isKnown ? loaded : undefined);
    this.process = next;
    if (!isKnown) {
      this.#committing.settle(loaded.out.map(({ number }) => number));
      this.#committing.restartCarry();
      this.#begin(next, row);
      await this.flush();
    }
    await next.attach(host.link);
  }

  forget(): void {
    this.process?.dispose();
    this.process = undefined;
  }

  close(): void {
    this.forget();
    this.#committing.close();
  }

  /** The host is gone, and the process with it. What is open while it is a terminal is filled from there, and goes on. */
  lost(): void {
    if (this.row?.mode === 'pty') return;
    const isOpen = this.kept.turn !== null || this.journal.open.length > 0 || this.kept.isReady;
    if (!isOpen && this.process === undefined) return;
    this.#finish({ code: null, signal: null }, 'it was interrupted by a restart');
    this.process = undefined;
  }

  beginTurn(message: Message | null): number {
    const number = this.kept.turns + 1;
    this.journal.beginTurn(number);
    const turn = { number, startedAt: this.now(), message, stoppingSince: null };
    this.patch({ turn, turns: number });
    const by = message === null ? 'agent' : 'person';
    this.journal.add({ kind: 'turnStarted', by }, { key: `turn/${number}`, isOpen: false });
    return number;
  }

  endTurn(event: Omit<TurnEndedEvent, 'type'>): void {
    const { turn, usage, queue } = this.kept;
    if (turn === null) return;
    const { outcome, reason = '', needsSignIn = false } = event;
    this.journal.close('turn');
    if (needsSignIn) this.addError('signIn', reason);
    const ms = Math.max(0, Date.parse(this.now()) - Date.parse(turn.startedAt));
    const content = { outcome, ms, reason: toPlainLine(reason, 1000), usage: event.usage ?? null };
    this.journal.add(
      { kind: 'turnEnded', ...content },
      { key: `end/${turn.number}`, isOpen: false },
    );
    const isBad = outcome === 'failed' || outcome === 'cut';
    this.patch({
      turn: null,
      usage: event.usage === undefined ? usage : addUsage(usage, event.usage),
      lastEnd: toLastEnd(event, content.reason),
      ...(isBad && queue.length > 0 ? { paused: 'the last turn did not end well' } : {}),
    });
  }

  addError(code: Parameters<typeof toError>[0], text: string, fix = ''): void {
    const key = `error/${this.journal.end + 1}`;
    const content = toError(code, { text, fix, label: this.provider.label });
    this.journal.add(content, { key, isOpen: false });
  }

  /** What its state is, to who calls a person. */
  claim(): void {
    const { row } = this;
    if (row === undefined || this.process === undefined) return;
    const reading = readingOf(this.kept, this.journal.asking);
    const claimed = `${row.generation} ${JSON.stringify(reading)}`;
    if (claimed === this.#claimed) return;
    this.#claimed = claimed;
    this.#inBackground(this.#context.sessions.claim(row, reading));
  }

  /** What a person was asked before this daemon ran. */
  showNeeds(): void {
    for (const entry of this.journal.asking) this.#publishing.showNeed(entry, true);
  }

  #begin(next: AgentProcess, row: SessionRow): void {
    this.patch({ isReady: false, background: 0 });
    const { model = null, mode = null, forkOf = null } = row.chat ?? {};
    const conversationId = row.resuming?.conversationId ?? null;
    const url = this.#context.sessions.toolsUrlOf(row);
    const tools = url === undefined ? null : { url, bearer: next.bearer.stand };
    const start = { cwd: row.cwd, conversationId, model, mode, tools };
    next.apply(this.provider.begin({ ...start, forkOf: forkOf?.conversationId ?? null }));
  }

  #createProcess(
    { generation }: SessionRow,
    loaded: ConstructorParameters<typeof AgentProcess>[1],
  ): AgentProcess {
    const context = {
      ...{ sessionId: this.sessionId, generation, provider: this.provider },
      tokens: this.#context.daemon.tokens,
      committing: this.#committing,
      takeNumber: () => {
        const number = this.kept.nextInput;
        this.patch({ nextInput: number + 1 });
        return number;
      },
      handle: (event: ChatEvent) => this.#handle(event, generation),
      advanced: () => this.#advanced(),
      garbled: (what: 'tooLong' | 'unknown', detail: string) => this.#noteGarbled(what, detail),
      ended: (end: ProcessEnd) => this.#inBackground(this.#ended(end, process)),
    };
    const process: AgentProcess = new AgentProcess(context, loaded);
    return process;
  }

  /** What it was told has arrived, and need not be said again whatever happens. */
  #heard(): void {
    const { turn } = this.kept;
    if (turn !== null && turn.message !== null) this.patch({ turn: { ...turn, message: null } });
  }

  #handle(event: ChatEvent, generation: number): void {
    switch (event.type) {
      case 'ready':
        return this.patch({ isReady: true });
      case 'turnStarted':
        if (this.kept.turn === null) this.beginTurn(null);
        return this.#heard();
      case 'text':
      case 'thinking':
      case 'tool':
        this.#heard();
        return this.journal.apply(scopeTo(generation, event));
      case 'plan':
      case 'notice':
        return this.journal.apply(scopeTo(generation, event));
      case 'asked':
        return this.#ask(event.request, generation);
      case 'askWithdrawn':
        return this.journal.withdraw(`${generation}/ask/${event.requestId}`);
      case 'context':
        return this.patch({ context: contextAfter(this.kept.context, event) });
      case 'described':
        return this.patch(withoutUndefined(event));
      case 'turnEnded':
        return this.endTurn(event);
      case 'error':
        return this.#failed(event);
      default:
        return this.#handleOther(event);
    }
  }

  /** It is of no use when it cannot begin; its conversation stays known. */
  #failed({ isFatal, needsSignIn = false, text }: Extract<ChatEvent, { type: 'error' }>): void {
    this.addError(needsSignIn ? 'signIn' : isFatal ? 'start' : 'process', text);
    const { row } = this;
    if (isFatal && row !== undefined)
      this.#inBackground(this.#context.sessions.signal(row, 'SIGTERM'));
  }

  #handleOther(event: ChatEvent): void {
    const { row } = this;
    if (event.type === 'conversation' && row !== undefined)
      this.#inBackground(this.#context.sessions.observe(row, event.id));
    if (event.type === 'limits')
      this.#context.turns.tellLimits({ sessionId: this.sessionId, ...event });
    if (event.type === 'background') this.patch({ background: event.count });
    if (event.type === 'replied') this.replies.take(event);
  }

  #ask(request: AskRequest, generation: number): void {
    const key = `${generation}/ask/${request.requestId}`;
    const { row } = this;
    if (row === undefined || this.journal.find(key) !== undefined) return;
    if (this.kept.turn === null) this.beginTurn(null);
    const by = { sessionId: this.sessionId, generation, cwd: row.cwd, at: this.now() };
    const permission = toPermission(request, by);
    const parent = request.about === undefined ? undefined : `${generation}/${request.about}`;
    const denies = row.chat?.denies ?? null;
    const rule = denies === null ? this.#context.rules.find(permission, row) : undefined;
    const alone = answerAlone(permission, { denies, rule, at: this.now() });
    const content = { kind: 'permission', permission: alone?.permission ?? permission } as const;
    this.journal.add(content, { key, parent, isOpen: alone === undefined });
    if (alone === undefined) return;
    if (rule !== undefined) this.#context.rules.used(rule);
    const { process } = this;
    process?.apply(this.provider.answer(process.state, request, alone.answer));
  }

  async #ended(end: ProcessEnd, process: AgentProcess): Promise<void> {
    const said = await readLastWords(process.link, this.sessionId);
    if (process === this.process) this.#finish(end, said);
  }

  #finish(end: ProcessEnd, said: string): void {
    const { process, row } = this;
    const { turn, isReady } = this.kept;
    const how = describeEnd(this.provider.label, end, said);
    const isOnPurpose = row?.status === 'killed' || row?.status === 'asleep' || end.code === 0;
    const undelivered = process?.undelivered ?? new Set<string>();
    const after = queueAfterEnd(this.kept, { end, how, undelivered });
    if (turn !== null) {
      const wasStopped = turn.stoppingSince !== null;
      this.endTurn({ outcome: wasStopped ? 'interrupted' : 'cut', reason: wasStopped ? '' : how });
    } else if (!isReady || !isOnPurpose) this.addError(isReady ? 'process' : 'start', how);
    this.journal.close('process');
    process?.dropInput();
    process?.dispose();
    this.patch({
      ...{ isReady: false, background: 0, ...after },
      endedGeneration: process?.generation ?? this.kept.endedGeneration,
    });
    this.#inBackground(this.flush());
    this.#context.advanced();
  }

  #advanced(): void {
    this.#publishing.flush();
    this.claim();
    if (this.#isUrgent) this.#inBackground(this.#committing.flush());
    else this.#committing.soon();
    this.#isUrgent = false;
    this.#context.advanced();
  }

  #changed(entry: OpenEntry): void {
    this.#committing.entry(entry);
    if (!this.#publishing.changed(entry)) this.#isUrgent = true;
  }

  #committed({ revision, commit }: Committed): void {
    this.revision = revision;
    const { cursor, out, entries } = commit;
    const isOurs = cursor?.generation === this.process?.generation;
    this.process?.committed(isOurs ? cursor?.seq : undefined, out.at(-1)?.number);
    this.#publishing.committed(entries, revision);
    if (commit.chat !== undefined) this.#context.advanced();
  }

  /** What is no event is left out; a person is told once in a turn, that something was. */
  #noteGarbled(what: 'tooLong' | 'unknown', detail: string): void {
    const told = { sessionId: this.sessionId, what, detail };
    this.#context.daemon.log.debug('an agent wrote what is no event', told);
    const key = `garbled/${this.process?.generation ?? 0}`;
    const text = garbledText(this.provider.label, what, detail);
    if (text !== undefined) this.journal.apply({ type: 'notice', key, text });
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const told = { sessionId: this.sessionId, error };
      this.#context.daemon.log.error('a chat missed something', told);
    });
  }
}
