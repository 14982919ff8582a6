import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import type { chat as chatNoun } from '../../protocol/chat/chat.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { FeatureContext } from '../context.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import type { Caller } from '../feature.ts';
import type { ChatSessions, Move, SessionRow } from '../session/session.ts';
import { isLive } from '../session/session.ts';
import { createUuid } from '../uuid.ts';
import type { Chats } from './chats.ts';
import type { Conversing } from './conversing.ts';
import type { LiveChat } from './liveChat.ts';
import { fillFromTerminal, wasSaid } from './fromTerminal.ts';
import { againText, busyError, refuseUnswitchable, reasonOf } from './switching.ts';
import { addFirst } from './queue.ts';
import { giveToTerminal } from './toTerminal.ts';

type SwitchMethod = (typeof chatNoun)['methods']['chat/switch'];
type Wanted = ParamsOut<SwitchMethod>;
type Switched = ResultIn<SwitchMethod>;

export interface HandOverContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly chats: Chats;
  readonly sessions: ChatSessions;
}

interface Asked {
  readonly wanted: Wanted;
  readonly caller: Pick<Caller, 'principal'>;
}

const turnEndLimitMs = 30_000;
/** Not every agent says that it is ready in time: one that runs for so long is in its conversation. */
const terminalReadyMs = 15_000;
const chatReadyMs = 60_000;
/** Of a terminal that was not handed over. */
const noGeneration = -1;

/**
 * A conversation goes on as a terminal or as a chat, in the same session and never in two processes. What waits goes along,
 * and what may be done unasked never becomes more. Where it cannot go on it is where it was.
 */
export class HandOver {
  readonly #context: HandOverContext;
  /** After the turn; by whom is not kept over a restart, and nothing starts again unasked. */
  readonly #waiting = new Map<SessionId, Asked>();

  constructor(context: HandOverContext) {
    this.#context = context;
  }

  /** @throws WaggleError `notFound`, `conflict` (a turn runs, nothing to go on with), and as starting an agent does. */
  async switch(wanted: Wanted, caller: Pick<Caller, 'principal'>): Promise<Switched> {
    const { sessions, chats } = this.#context;
    const row = sessions.find(wanted.sessionId);
    if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
    refuseUnswitchable(row, wanted.to);
    const conversing = await chats.ensure(row);
    if (wanted.draft !== undefined) await conversing.setDraft(wanted.draft);
    if (modeOf(wanted.to) === row.mode) return this.#toResult(conversing, 'switched', null);
    if (conversing.isMoving)
      throw new WaggleError('conflict', 'It is being switched already.', { fix: 'Wait for it.' });
    const isBusy = conversing.isBusy;
    if (isBusy && wanted.during === 'refuse') throw busyError(conversing.chat.provider.label, row);
    const asked = { wanted, caller };
    if (!isBusy || wanted.during === 'interrupt') return this.#go(conversing, asked);
    this.#waiting.set(row.id, asked);
    conversing.chat.patch({ switching: wanted.to });
    conversing.advance();
    await conversing.chat.flush();
    return this.#toResult(conversing, 'waiting', null);
  }

  async cancel(sessionId: SessionId): Promise<Conversing> {
    const conversing = this.#context.chats.get(sessionId);
    this.#waiting.delete(sessionId);
    conversing.chat.patch({ switching: null });
    conversing.advance();
    await conversing.chat.flush();
    return conversing;
  }

  /** Its turn is over, or something else of it changed. */
  look(conversing: Conversing): void {
    const { chat, isMoving, isBusy } = conversing;
    if (isMoving) return;
    if (chat.kept.switching !== null && !isBusy) this.#goOn(conversing);
    else if (this.#isLost(conversing)) this.#inBackground(this.#returnToChat(conversing));
  }

  #goOn(conversing: Conversing): void {
    const { chat } = conversing;
    const asked = this.#waiting.get(chat.sessionId);
    this.#waiting.delete(chat.sessionId);
    chat.patch({ switching: null });
    if (asked === undefined) return;
    const failed = (error: unknown): void => {
      chat.addError('start', `It stays where it is: ${errorMessageOf(error)}`);
      this.#inBackground(chat.flush());
    };
    void this.#go(conversing, asked).catch(failed);
  }

  async #go(conversing: Conversing, asked: Asked): Promise<Switched> {
    const { chat } = conversing;
    conversing.isMoving = true;
    this.#waiting.delete(chat.sessionId);
    chat.patch({ switching: null });
    try {
      const reason = await (asked.wanted.to === 'terminal'
        ? this.#toTerminal(conversing, asked)
        : this.#toChat(conversing, asked));
      return this.#toResult(conversing, reason === null ? 'switched' : 'returned', reason);
    } finally {
      conversing.isMoving = false;
      conversing.advance();
      await chat.flush();
      if (chat.row?.mode === 'pty') this.#give(conversing, asked);
    }
  }

  #give(conversing: Conversing, { caller }: Asked): void {
    this.#inBackground(giveToTerminal({ ...this.#context, conversing, caller }));
  }

  /** Null, or why it is a chat as before. */
  async #toTerminal(conversing: Conversing, { wanted, caller }: Asked): Promise<string | null> {
    const { chat } = conversing;
    const { sessionId } = chat;
    await this.#endTurn(conversing);
    if (isLive(this.#row(sessionId).status)) await conversing.sleep();
    const { chat: launch, mode, generation } = this.#row(sessionId);
    if (mode !== 'pipe') return null;
    // Before it is so: what is said there after now is read when it comes back, whatever happens to the daemon.
    chat.patch({ terminal: { since: chat.now(), generation: generation + 1 }, filled: 0 });
    await chat.flush();
    const move: Move = {
      ...{ to: 'pty', asker: wanted, caller, size: wanted.size },
      chat: {
        model: null,
        ...launch,
        forkOf: forkOf(chat),
        mode: chat.kept.mode ?? launch?.mode ?? null,
      },
      mustResume: chat.kept.turns > 0,
    };
    await this.#moveOrForget(chat, move);
    await conversing.until(() => this.#isSettled(sessionId), terminalReadyMs);
    return this.#isLost(conversing) ? this.#returnToChat(conversing) : null;
  }

  async #moveOrForget(chat: LiveChat, move: Move): Promise<void> {
    try {
      await this.#context.sessions.moving.move(chat.sessionId, move);
    } catch (error) {
      chat.patch({ terminal: null });
      throw error;
    }
  }

  /** What is asked is taken back with the turn, and asked again where it goes on. */
  async #endTurn(conversing: Conversing): Promise<void> {
    const { chat } = conversing;
    if (chat.kept.turn === null) return;
    const asked = chat.journal.asking[0]?.content.permission;
    if (chat.kept.turn.stoppingSince === null) await conversing.interrupt();
    if (!(await conversing.until(() => chat.kept.turn === null, turnEndLimitMs)))
      throw new WaggleError('timeout', 'The turn did not end.', { fix: 'Stop the session first.' });
    if (asked !== undefined) this.#askAgain(conversing, asked.line ?? asked.tool);
  }

  #askAgain({ chat }: Conversing, what: string): void {
    const at = chat.now();
    const id = createUuid(this.#context.daemon.clock.now());
    const message = { id, text: againText(what), attachments: [], at };
    chat.patch({ queue: addFirst(chat.kept.queue, message) });
    const text = `What was asked here is void; it is asked again where it goes on: ${what}`;
    chat.journal.apply({ type: 'notice', key: `switch/${id}`, text: toPlainLine(text, 500) });
  }

  /** Null, or why it is a terminal as before. */
  async #toChat(conversing: Conversing, { wanted, caller }: Asked): Promise<string | null> {
    const { sessions, chats } = this.#context;
    const { chat } = conversing;
    const { sessionId } = chat;
    await chats.makeRoom();
    const before = this.#row(sessionId);
    await sessions.moving.end(sessionId);
    const row = this.#row(sessionId);
    const said = await fillFromTerminal(chat, row);
    const { state, kind, sentence } = before.attention;
    if (state === 'asking' && kind !== 'signIn') this.#askAgain(conversing, sentence);
    const asker = { environment: wanted.environment, windowId: wanted.windowId };
    conversing.remember({ asker, caller });
    const launch = { model: null, mode: null, ...row.chat, forkOf: forkOf(chat), ...said.chosen };
    const move = {
      to: 'pipe',
      asker,
      caller,
      chat: launch,
      mustResume: wasSaid(chat, row),
    } as const;
    // What stands in the journal now is not read again.
    const terminal = { since: chat.now(), generation: noGeneration };
    chat.patch({ terminal, filled: 0, mode: launch.mode });
    await chat.flush();
    const failure = await this.#startChat(conversing, move);
    chat.patch({ terminal: failure === null ? null : terminal });
    if (failure === null) return null;
    await this.#returnToTerminal(conversing, { wanted, caller }, before.chat);
    return failure;
  }

  /** Null, or why there is no chat. */
  async #startChat(conversing: Conversing, move: Move): Promise<string | null> {
    const { chat } = conversing;
    try {
      await this.#context.sessions.moving.move(chat.sessionId, move);
      await conversing.until(() => this.#isSettled(chat.sessionId), chatReadyMs);
      const row = this.#row(chat.sessionId);
      return isLive(row.status) ? null : reasonOf(row, chat.provider.label);
    } catch (error) {
      const text = toPlainLine(errorMessageOf(error), 300);
      chat.addError('start', text);
      return text;
    }
  }

  async #returnToChat(conversing: Conversing): Promise<string> {
    const { chat } = conversing;
    const reason = reasonOf(this.#row(chat.sessionId), chat.provider.label);
    chat.patch({ terminal: null });
    await this.#context.sessions.moving.restore(chat.sessionId, 'pipe', 'asleep');
    chat.addError('start', reason, 'It is a chat as before: say something.');
    await chat.flush();
    return reason;
  }

  /** With what was chosen there before. Rejects as starting an agent does: then it is a terminal without a process. */
  async #returnToTerminal(
    conversing: Conversing,
    { wanted, caller }: Asked,
    chat: Move['chat'],
  ): Promise<void> {
    const { sessionId } = conversing.chat;
    const { moving } = this.#context.sessions;
    if (isLive(this.#row(sessionId).status)) await conversing.sleep();
    await moving.restore(sessionId, 'pty', 'asleep');
    const again = { asker: wanted, caller, size: wanted.size, chat, mustResume: false };
    await moving.move(sessionId, { to: 'pty', ...again });
  }

  /** It says that it takes prompts, or it is over. */
  #isSettled(id: SessionId): boolean {
    const { sessions, chats } = this.#context;
    const row = this.#row(id);
    if (!isLive(row.status)) return true;
    if (row.mode === 'pty') return sessions.moving.isReady(row);
    const { chat } = chats.get(id);
    return chat.kept.isReady && chat.process?.generation === row.generation;
  }

  /** The terminal to which it was handed could not go on with the conversation. */
  #isLost({ chat }: Conversing): boolean {
    const { row } = chat;
    const { terminal } = chat.kept;
    if (row === undefined || terminal?.generation !== row.generation) return false;
    return row.mode === 'pty' && row.status === 'interrupted' && row.exit !== null;
  }

  #row(id: SessionId): SessionRow {
    const row = this.#context.sessions.find(id);
    if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
    return row;
  }

  #toResult(conversing: Conversing, outcome: Switched['outcome'], reason: string | null): Switched {
    const session = this.#context.sessions.toSession(conversing.chat.sessionId);
    return { session, chat: conversing.toChat(), outcome, reason };
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#context.daemon.log.error('a conversation was not handed over', { error });
    });
  }
}

/** What it is a copy of, until something was said in it: before that its agent may keep nothing of its own. */
function forkOf({ kept, row }: LiveChat): ChatLaunch['forkOf'] {
  return kept.turns > kept.copied ? null : (row?.chat?.forkOf ?? null);
}

function modeOf(to: Wanted['to']): SessionRow['mode'] {
  return to === 'terminal' ? 'pty' : 'pipe';
}
