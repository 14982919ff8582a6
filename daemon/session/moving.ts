/** A session goes on with its conversation in another mode: as a terminal, or on pipes. One process at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { session } from '../../protocol/session/session.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { WaggleError, errorCodeOf } from '../../protocol/wire/errors.ts';
import type { TerminalSize } from '../../protocol/wire/mark.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import type { Caller } from '../feature.ts';
import type { HostPool } from '../host/host.ts';
import type { Asker } from './conversationSessions.ts';
import type { Attaching } from './attaching.ts';
import type { Ending } from './ending.ts';
import { findChosen } from './heard.ts';
import type { Launching } from './launching.ts';
import { isLive } from './life.ts';
import type { SessionRow } from './row.ts';
import { sendText } from './sending.ts';
import type { Sequences } from './sequence.ts';
import type { Sessions } from './sessions.ts';
import type { Watch } from './watching.ts';

export interface Move {
  readonly to: Session['mode'];
  readonly asker: Asker;
  readonly caller: Pick<Caller, 'principal'>;
  readonly size?: TerminalSize | undefined;
  /** What holds there; absent: what was chosen before; undefined: nothing was. */
  readonly chat?: ChatLaunch | undefined;
  /** Something was said in it: it is gone on with, or nothing starts. */
  readonly mustResume: boolean;
}

interface Typing {
  readonly text: string;
  readonly enter: boolean;
  readonly onPasted?: () => void;
}

export interface MovingContext {
  readonly sessions: Sessions;
  readonly launching: Launching;
  readonly sequences: Sequences;
  readonly watch: Watch;
  readonly hosts: HostPool;
  readonly attaching: Attaching;
  readonly ending: Ending;
}

/** How long an agent in a terminal may take to end in good order. */
const endLimitMs = 5000;
/** A composer takes what was pasted, and then Enter. */
const settleMs = 300;
const stillMs = 1000;
const stillLimitMs = 10_000;
const stillLookMs = 50;
const freeLimitMs = 60_000;
const freeAgainMs = 500;
const settings = session.methods['session/restart'].params;

export class Moving {
  readonly #context: MovingContext;

  constructor(context: MovingContext) {
    this.#context = context;
  }

  /**
   * Starts a process of the other mode. The caller has made sure that none runs; when none can be started the session is as
   * it was. Rejects as restarting a session does.
   */
  move(id: SessionId, wanted: Move): Promise<void> {
    const { to, asker, caller, size, mustResume } = wanted;
    const launch = 'chat' in wanted ? { chat: wanted.chat } : {};
    const { sessions, launching, sequences, watch } = this.#context;
    return sequences.run(id, async () => {
      const before = sessions.get(id);
      await watch.settle(before);
      await watch.followers.end(id);
      watch.pipes.forget(id);
      // The title of another process says nothing of the next one.
      await sessions.change(id, ({ heard }) => {
        return { mode: to, heard: { ...heard, title: null }, ...launch };
      });
      const { environment, windowId } = asker;
      const asked = settings.parse({
        sessionId: id,
        environment,
        ...(windowId === undefined ? {} : { windowId }),
        ...(size === undefined ? {} : { size }),
      });
      try {
        await launching.restart(asked, caller, { mustResume });
      } catch (error) {
        await this.#putBack(before);
        throw error;
      }
    });
  }

  /** Nothing runs, and it is of that mode again. */
  async restore(id: SessionId, mode: Session['mode'], status: SessionRow['status']): Promise<void> {
    const { sessions, watch } = this.#context;
    await watch.followers.end(id);
    watch.pipes.forget(id);
    await sessions.change(id, (row) => (isLive(row.status) ? {} : { mode, status, pid: null }));
  }

  /** Ends the agent in a terminal, in good order when it does, with all that it started. It is asleep then. */
  async end(id: SessionId): Promise<void> {
    const { sessions, sequences, watch, hosts, ending } = this.#context;
    await sequences.run(id, async () => {
      const row = sessions.get(id);
      if (!isLive(row.status)) return;
      const host = row.hostId === null ? undefined : hosts.find(row.hostId);
      watch.sleeping.add(id);
      try {
        await host?.link.call('host/signal', { session: id, signal: 'SIGTERM' });
        await watch.waitForExit(id, endLimitMs);
        await ending.kill(id);
        if (!isLive(sessions.get(id).status)) return;
        throw new WaggleError('timeout', 'The agent in the terminal did not end.', {
          fix: 'End it there, then try again.',
        });
      } finally {
        watch.sleeping.delete(id);
      }
    });
  }

  /** What its process was started for, and reports that it takes prompts now. */
  isReady({ heard, status }: Pick<SessionRow, 'heard' | 'status'>): boolean {
    const state = status === 'running' ? findChosen(heard.signals)?.state : undefined;
    return state === 'idle' || state === 'finished';
  }

  /**
   * Its conversation is on its screen, as far as it tells that. opencode takes what is typed before that into a composer
   * that it throws away, and names the conversation in its title when it shows it.
   */
  showsConversation({ agent, heard }: Pick<SessionRow, 'agent' | 'heard'>): boolean {
    return agent !== 'opencode' || heard.title?.startsWith('OC | ') === true;
  }

  /**
   * Resolves when it has drawn nothing for a second, or at the latest after ten: a composer that has not settled throws away
   * what is typed into it.
   */
  async untilStill(id: SessionId): Promise<void> {
    const { sessions, watch } = this.#context;
    const deadline = performance.now() + stillLimitMs;
    let seen: number | undefined;
    let since = performance.now();
    while (performance.now() < deadline && performance.now() - since < stillMs) {
      await delay(stillLookMs, undefined, { ref: false });
      const seq = watch.followers.seqOf(id, sessions.get(id).generation);
      if (seq !== seen) since = performance.now();
      seen = seq;
    }
  }

  /** It does, asks or ended something after an instant (ISO); what a key made it say is nothing of that. */
  hasBegun({ heard }: Pick<SessionRow, 'heard'>, since: string): boolean {
    const said = findChosen(heard.signals);
    return said !== undefined && said.state !== 'idle' && said.at > since;
  }

  /**
   * Puts text into an agent's composer, as pasted; `enter` says it. Nothing is taken from who types there, and nothing is
   * typed where the agent does not take prompts: in a dialog Enter would answer it. Gives the bytes that were typed.
   * @throws WaggleError as sending to a session does, `leaseDenied` when somebody types for a minute, `conflict` when the
   * agent does not take prompts. What fails after `onPasted` left the text in the composer, or said it.
   */
  async type(
    id: SessionId,
    { text, enter, onPasted }: Typing,
    caller: Pick<Caller, 'principal'>,
  ): Promise<number> {
    const pasted = `${pasteBegin}${text.replaceAll(escape, '')}${pasteEnd}`;
    await this.#whenFree(() => this.#write(id, pasted, caller));
    onPasted?.();
    await delay(settleMs);
    return Buffer.byteLength(pasted) + (enter ? await this.pressEnter(id, caller) : 0);
  }

  /**
   * Says what stands in an agent's composer. Who types there meanwhile sees it, and sends it: nothing is done then. Gives the
   * bytes that were typed.
   */
  async pressEnter(id: SessionId, caller: Pick<Caller, 'principal'>): Promise<number> {
    const isPressed = await this.#whenFree(() => this.#write(id, enterKey, caller)).then(
      () => true,
      leaveInComposer,
    );
    await delay(settleMs);
    return isPressed ? enterKey.length : 0;
  }

  /** Bytes of text that anybody typed into it so far; undefined when its host does not tell. */
  async countTyped(id: SessionId): Promise<number | undefined> {
    const { hostId } = this.#context.sessions.get(id);
    const host = hostId === null ? undefined : this.#context.hosts.find(hostId);
    const counted = await host?.link.call('host/countTyped', { session: id }).catch(notCounted);
    return counted?.bytes;
  }

  async #write(id: SessionId, text: string, caller: Pick<Caller, 'principal'>): Promise<void> {
    const { sessions, attaching } = this.#context;
    if (!this.isReady(sessions.get(id)))
      throw new WaggleError('conflict', 'It takes no prompts.', {
        fix: 'Answer what it asks in its own dialog.',
      });
    await sendText({ sessions, attaching }, { sessionId: id, text, take: false }, caller);
  }

  /** Who shows a terminal may type there; nobody who was just typing is talked over. */
  async #whenFree(write: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + freeLimitMs;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (errorCodeOf(error) !== 'leaseDenied' || performance.now() > deadline) throw error;
        await delay(freeAgainMs, undefined, { ref: false });
      }
    }
  }

  async #putBack({ id, mode, status, exit, reason, hostId, chat }: SessionRow): Promise<void> {
    const was = { mode, status, exit, reason, hostId, chat, pid: null };
    await this.#context.sessions.change(id, (row) => (isLive(row.status) ? {} : was));
  }
}

function leaveInComposer(error: unknown): false {
  const code = errorCodeOf(error);
  if (code !== 'leaseDenied' && code !== 'conflict') throw error;
  return false;
}

/** An older host does not count; one that is gone, or lost the session, has nothing to count. */
function notCounted(error: unknown): undefined {
  if (!unansweredCodes.has(errorCodeOf(error))) throw error;
}

const unansweredCodes = new Set(['methodNotFound', 'hostGone', 'notFound', 'timeout', 'stopped']);
const enterKey = '\r';
const pasteBegin = '\u001b[200~';
const pasteEnd = '\u001b[201~';
const escape = '\u001b';
