import type { Chat } from '../../protocol/chat/chat.ts';
import { WaggleError, errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { Command, ContextReading } from '../provider/provider.ts';
import type { Asker, ChatSessions } from '../session/session.ts';
import { isLive } from '../session/session.ts';
import { createUuid } from '../uuid.ts';
import type { KeptChat, Message } from './kept.ts';
import type { LiveChat } from './liveChat.ts';
import type { Tell } from './publishing.ts';
import { addFirst, addLast, edit, move, remember, remove } from './queue.ts';
import { cannot, request } from './requesting.ts';
import type { Preparing, Turns, TurnWatch } from './turns.ts';
import { Waiters } from './waiters.ts';
import { toChat } from './wire.ts';

/** Who asked, and what a process would inherit from them; kept in memory only. */
export interface Asked {
  readonly asker: Asker;
  readonly caller: Pick<Caller, 'principal'>;
}

export interface ConversingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly chat: LiveChat;
  readonly sessions: ChatSessions;
  readonly tell: Tell;
  readonly turns: Turns;
  /** Whether one more process may run; false: it is told when it may. */
  takeSlot(conversing: Conversing): boolean;
  /** Something changed; it may be time to go on elsewhere. */
  onLook(conversing: Conversing): void;
}

/** How long an agent may take to end a turn when it is asked to, then when it is signalled to. */
const stopLimitMs = 10_000;
const signalLimitMs = 5000;

/** What people do in one chat: its queue, its turns, its process. One turn at a time, the next one when that is over. */
export class Conversing {
  readonly chat: LiveChat;
  /** It is handed to a terminal or back: nothing else starts or says anything. */
  isMoving = false;
  readonly #context: ConversingContext;
  readonly #waiters = new Waiters();
  #asked: Asked | undefined;
  #isStarting = false;
  #isWaiting = false;
  /** Its process is ending: it is told nothing more. */
  #isSleeping = false;
  #idleSinceMs: number;
  #stopping: NodeJS.Timeout | undefined;
  readonly #turnWatch: TurnWatch;
  readonly #preparing: Preparing;
  #told = '';
  #facts: readonly unknown[] = [];

  constructor(context: ConversingContext) {
    this.#context = context;
    this.chat = context.chat;
    this.#idleSinceMs = context.daemon.clock.monotonicMs();
    this.#turnWatch = context.turns.watch(this.chat.sessionId, this.chat.kept);
    this.#preparing = context.turns.preparing(this.chat.sessionId, {
      refused: (reason) => this.chat.patch({ paused: reason }),
      failed: (error) => this.#startFailed(error),
      settled: () => this.#inBackground(this.#changed({})),
    });
    if (this.chat.kept.turn?.stoppingSince) this.#armStop();
  }

  toChat(): Chat {
    return toChat(this.chat, this.#isWaiting);
  }

  /** Its process has nothing to do, for so long; undefined: it has, or there is none. */
  get idleMs(): number | undefined {
    const { kept, row, process } = this.chat;
    const isQuiet = kept.turn === null && kept.isReady && kept.background === 0;
    const isHeld = kept.queue.length > 0 && kept.paused === null;
    const isThere = row?.status === 'running' && process !== undefined && !this.#isSleeping;
    if (!isThere || !isQuiet || isHeld) return undefined;
    return this.#context.daemon.clock.monotonicMs() - this.#idleSinceMs;
  }

  /** A turn runs, here or in its terminal. */
  get isBusy(): boolean {
    const { row, kept } = this.chat;
    const state = row?.mode === 'pty' ? row.attention.state : undefined;
    return state === undefined ? kept.turn !== null : state === 'working' || state === 'asking';
  }

  /** Resolves with false after `limitMs`. */
  until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    return this.#waiters.until(isSo, limitMs);
  }

  /** Who starts its process, from now on. */
  remember(asked: Asked): void {
    this.#asked = asked;
  }

  /** A repeated id changes nothing. */
  async send(message: Omit<Message, 'at'>, asked: Asked, first = false): Promise<Chat> {
    const { kept } = this.chat;
    this.#refuseTerminal();
    this.remember(asked);
    if (!kept.seen.includes(message.id)) {
      this.#refuseAttachments(message);
      const waiting = { ...message, at: this.chat.now() };
      const queue = first ? addFirst(kept.queue, waiting) : addLast(kept.queue, waiting);
      // Who says something wants an answer, unless others wait before it.
      const paused = first || kept.queue.length === 0 ? null : kept.paused;
      this.chat.patch({ queue, paused, seen: remember(kept.seen, message.id) });
    }
    this.advance();
    await this.chat.flush();
    return this.toChat();
  }

  async steer(message: Omit<Message, 'at'>, asked: Asked): Promise<Chat> {
    const { kept, process, provider } = this.chat;
    const isRunning = kept.turn !== null && process !== undefined;
    if (kept.seen.includes(message.id)) return this.toChat();
    const prompt = { text: message.text, attachments: message.attachments };
    const step = isRunning ? provider.command(process.state, { type: 'steer', prompt }) : undefined;
    if (step === undefined) {
      const sent = this.send(message, asked, true);
      if (isRunning) this.#interrupt();
      return sent;
    }
    this.#refuseAttachments(message);
    this.#addPrompt({ ...message, at: this.chat.now() }, true);
    this.chat.patch({ seen: remember(kept.seen, message.id) });
    this.chat.apply(step, message.id);
    await this.chat.flush();
    return this.toChat();
  }

  editQueued(id: string, text: string): Promise<Chat> {
    return this.#changed({ queue: edit(this.chat.kept.queue, id, text) });
  }

  moveQueued(id: string, to: number): Promise<Chat> {
    return this.#changed({ queue: move(this.chat.kept.queue, id, to) });
  }

  removeQueued(id: string): Promise<Chat> {
    return this.#changed({ queue: remove(this.chat.kept.queue, id) });
  }

  setDraft(draft: string): Promise<Chat> {
    return this.#changed({ draft });
  }

  async interrupt(): Promise<Chat> {
    this.#interrupt();
    return this.#changed({});
  }

  async stop(): Promise<Chat> {
    this.#interrupt();
    return this.#changed({ paused: 'stopped' });
  }

  /** Ends the turn that runs, and says nothing more until a person lets it go on. */
  async hold(reason: string): Promise<Chat> {
    if (this.chat.kept.turn !== null) this.#interrupt();
    return this.#changed({ paused: reason });
  }

  async continue(asked: Asked): Promise<Chat> {
    this.remember(asked);
    return this.#changed({ paused: null });
  }

  async retry(prompt: Pick<Message, 'text' | 'attachments'>, asked: Asked): Promise<Chat> {
    if (this.chat.kept.turn !== null)
      throw new WaggleError('conflict', 'A turn still runs.', { fix: 'Interrupt it first.' });
    return this.send({ ...prompt, id: createUuid(this.#context.daemon.clock.now()) }, asked, true);
  }

  /** @throws WaggleError `conflict` while a turn runs. */
  async sleep(): Promise<Chat> {
    const { row, kept } = this.chat;
    this.#refuseTerminal();
    if (kept.turn !== null)
      throw new WaggleError('conflict', 'A turn still runs.', { fix: 'Interrupt it first.' });
    if (row === undefined || this.#isSleeping) return this.toChat();
    this.#isSleeping = true;
    try {
      await this.#context.sessions.sleep(row);
    } finally {
      this.#isSleeping = false;
    }
    this.advance();
    return this.toChat();
  }

  async setModel(model: string | null): Promise<Chat> {
    if (model !== null && this.#isReady)
      await this.#request((name) => ({ type: 'setModel', name, model }));
    await this.#context.sessions.choose(this.chat.sessionId, { model });
    return this.#changed(model === null ? { model: null } : {});
  }

  /** First the process, then for later ones: what it refuses is not kept. */
  async setMode(mode: string): Promise<Chat> {
    if (this.#isReady) await this.#request((name) => ({ type: 'setMode', name, mode }));
    await this.#context.sessions.choose(this.chat.sessionId, { mode });
    return this.#changed({ mode });
  }

  async readContext(): Promise<ContextReading> {
    if (!this.#isReady)
      throw new WaggleError('notRunning', 'No process of this chat runs.', {
        fix: 'Say something first.',
      });
    const value = await this.#request((name) => ({ type: 'context', name }));
    const reading = this.chat.provider.readContext(value);
    if (reading === undefined) throw cannot(this.chat.provider.label);
    return reading;
  }

  /** Does what can be done now; called whenever anything may have changed. */
  advance(): void {
    const { kept, process } = this.chat;
    if (kept.turn !== null) this.#idleSinceMs = this.#context.daemon.clock.monotonicMs();
    else clearTimeout(this.#stopping);
    this.#turnWatch.look(kept);
    if (!this.isMoving && this.chat.row?.mode !== 'pty') this.#goOn(kept, process);
    this.#tellChanged();
    this.#context.onLook(this);
    this.#waiters.look();
  }

  dispose(): void {
    clearTimeout(this.#stopping);
    this.#waiters.dispose();
    this.chat.close();
  }

  #goOn(kept: KeptChat, process: LiveChat['process']): void {
    const [next] = kept.queue;
    if (next === undefined || kept.paused !== null) this.#isWaiting = false;
    if (next === undefined || kept.turn !== null || kept.paused !== null) return;
    if (this.#isSleeping || kept.switching !== null) return;
    const isThere = process !== undefined && kept.endedGeneration !== process.generation;
    if (!isThere) return this.#start();
    if (!kept.isReady || process.hasEnded) return;
    if (this.#preparing.allows(kept.turns + 1)) this.#say(next);
  }

  #say(message: Message): void {
    const { chat } = this;
    const { process, kept } = chat;
    if (process === undefined) return;
    chat.patch({ queue: kept.queue.slice(1) });
    const turn = chat.beginTurn(message);
    this.#addPrompt(message, false);
    const { text, attachments } = message;
    chat.apply(chat.provider.prompt(process.state, { text, attachments }), message.id);
    if (turn === 1) this.#inBackground(this.#context.sessions.nameBy(chat.sessionId, text));
    this.#inBackground(chat.flush());
  }

  #addPrompt(message: Message, isSteering: boolean): void {
    const attachments = message.attachments.map(({ name, mediaType }) => ({ name, mediaType }));
    const content = { kind: 'prompt', text: message.text, attachments, isSteering } as const;
    // What is said once more after a crash is another prompt of the same message.
    const key = `prompt/${message.id}/${this.chat.kept.turns}`;
    const { position } = this.chat.journal.add(content, { key, isOpen: false });
    this.chat.attach(message, position);
  }

  #start(): void {
    const { row, sessionId } = this.chat;
    const asked = this.#asked;
    if (row === undefined || isLive(row.status) || this.#isStarting) return;
    if (asked === undefined) {
      // Nothing starts again unasked.
      this.chat.patch({ paused: 'it waits for you since a restart' });
      this.#inBackground(this.chat.flush());
      return;
    }
    this.#isWaiting = !this.#context.takeSlot(this);
    if (this.#isWaiting) return;
    this.#isStarting = true;
    const started = this.#context.sessions.start(sessionId, asked.asker, asked.caller);
    const failed = (error: unknown): void => this.#startFailed(error);
    const settled = started.catch(failed).finally(() => (this.#isStarting = false));
    this.#inBackground(settled.then(() => this.advance()));
  }

  #startFailed(error: unknown): void {
    const text = toPlainLine(errorMessageOf(error), 300);
    const fix = error instanceof WaggleError ? (error.fix ?? '') : '';
    this.chat.addError('start', text, fix);
    this.chat.patch({ paused: text });
    this.#inBackground(this.chat.flush());
  }

  get #isReady(): boolean {
    const { kept, process } = this.chat;
    return kept.isReady && process !== undefined && !process.hasEnded;
  }

  #interrupt(): void {
    const { kept, process, provider } = this.chat;
    const { turn } = kept;
    if (turn === null)
      throw new WaggleError('conflict', 'No turn runs.', { fix: 'There is nothing to interrupt.' });
    if (process === undefined || turn.stoppingSince !== null) return;
    this.chat.patch({ turn: { ...turn, stoppingSince: this.chat.now() } });
    const step = provider.command(process.state, { type: 'interrupt' });
    if (step !== undefined) this.chat.apply(step);
    this.#armStop();
  }

  /** An agent that does not listen is signalled. */
  #armStop(): void {
    const turn = this.chat.kept.turn?.number;
    const signal = async (name: 'SIGINT' | 'SIGTERM'): Promise<void> => {
      const { kept, row } = this.chat;
      if (kept.turn?.number !== turn || row === undefined) return;
      await this.#context.sessions.signal(row, name);
      if (name === 'SIGINT') this.#stopping = setTimeout(end, signalLimitMs);
    };
    const end = (): void => this.#inBackground(signal('SIGTERM'));
    const first = (): void => this.#inBackground(signal('SIGINT'));
    this.#stopping = setTimeout(first, stopLimitMs);
  }

  #request(toCommand: (name: string) => Command): Promise<unknown> {
    return request(this.chat, `asked/${createUuid(this.#context.daemon.clock.now())}`, toCommand);
  }

  async #changed(change: Partial<KeptChat>): Promise<Chat> {
    this.chat.patch(change);
    this.advance();
    await this.chat.flush();
    return this.toChat();
  }

  #refuseTerminal(): void {
    if (this.chat.row?.mode === 'pty')
      throw new WaggleError('conflict', 'The conversation is in its terminal now.', {
        fix: 'Say it there, or switch to the chat first.',
      });
  }

  #refuseAttachments({ attachments }: Pick<Message, 'attachments'>): void {
    const { abilities, label } = this.chat.provider;
    if (attachments.length > 0 && !abilities.images)
      throw new WaggleError('badRequest', `${label} takes no pictures.`);
  }

  /** Asked for every piece of output: what did not change is seen cheaply. */
  #tellChanged(): void {
    const { kept, row, journal } = this.chat;
    const facts = [kept, row, journal.end, journal.asking.length, this.#isWaiting];
    if (facts.every((fact, at) => fact === this.#facts[at])) return;
    this.#facts = facts;
    const chat = this.toChat();
    const told = JSON.stringify({ ...chat, revision: 0 });
    if (told === this.#told) return;
    this.#told = told;
    this.#context.tell('chat/changed', { chat });
  }

  #inBackground(work: Promise<unknown>): void {
    const { sessionId } = this.chat;
    work.catch((error: unknown) => {
      this.#context.daemon.log.error('a chat did not go on', { sessionId, error });
    });
  }
}
