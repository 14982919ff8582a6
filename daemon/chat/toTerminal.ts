import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { ChatSessions } from '../session/session.ts';
import type { Conversing } from './conversing.ts';

export interface GivingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly sessions: ChatSessions;
  readonly conversing: Conversing;
  readonly caller: Pick<Caller, 'principal'>;
}

const readyLimitMs = 120_000;
/** Not every conversation has a title. */
const shownLimitMs = 20_000;
const reportLimitMs = 4000;
const pressesMost = 3;
/** A turn may take hours. */
const turnLimitMs = 24 * 3_600_000;

/**
 * Says what waits in an agent's terminal, each as soon as it takes prompts, and leaves the draft in its composer. Nothing is
 * said where somebody types or where it asks, and pictures stay here.
 */
export async function giveToTerminal(context: GivingContext): Promise<void> {
  const { sessions, conversing, daemon } = context;
  const { chat } = conversing;
  const { sessionId } = chat;
  const generation = chat.row?.generation;
  const isThere = (): boolean =>
    chat.row?.mode === 'pty' && chat.row.generation === generation && !conversing.isMoving;
  const isOver = (): boolean => chat.row?.status !== 'running' || !isThere();
  const isReady = (): boolean => chat.row !== undefined && sessions.moving.isReady(chat.row);
  if (chat.kept.queue.length === 0 && chat.kept.draft === '') return;
  await conversing.until(() => isReady() || isOver(), readyLimitMs);
  if (isOver() || !isReady()) return;
  const isShown = (): boolean =>
    chat.row !== undefined && sessions.moving.showsConversation(chat.row);
  if (chat.kept.turns > 0) await conversing.until(() => isShown() || isOver(), shownLimitMs);
  try {
    await sessions.moving.untilStill(sessionId);
    for (;;) {
      const said = isThere() ? await sayNext(context) : undefined;
      if (said === undefined) break;
      if (!(await untilBegun(context, { said, isReady, isOver }))) return;
      await conversing.until(() => isReady() || isOver(), turnLimitMs);
    }
    const { draft } = chat.kept;
    if (draft === '' || !isThere() || !isReady() || chat.kept.queue.length > 0) return;
    await sessions.moving.type(sessionId, { text: draft, enter: false }, context.caller);
    chat.patch({ draft: '', lentDraft: draft });
  } catch (error) {
    daemon.log.info('what waits stays in the chat', { sessionId, reason: errorMessageOf(error) });
  } finally {
    conversing.advance();
    await chat.flush();
  }
}

interface SaidThere {
  readonly text: string;
  /** ISO instant. */
  readonly at: string;
  /** What was typed in all once that was said, in bytes; undefined when nobody counts. More: a person typed as well. */
  readonly typed: number | undefined;
}

/**
 * Its report comes a moment later: until then it only seems to take prompts, and a dialog may be on its way. One that is
 * slow takes Enter for a part of what was pasted: it is pressed again, but never for a person who has written there since.
 * False: what was said still stands there, and nothing
 * is put behind it.
 */
async function untilBegun(
  { sessions, conversing, caller }: GivingContext,
  {
    said,
    isReady,
    isOver,
  }: { readonly said: SaidThere } & Readonly<Record<'isReady' | 'isOver', () => boolean>>,
): Promise<boolean> {
  const { chat } = conversing;
  const hasBegun = (): boolean =>
    chat.row !== undefined && sessions.moving.hasBegun(chat.row, said.at);
  // A command of its own need not be a turn, and what it opened would take the key.
  const isCommand = said.text.startsWith('/');
  let { typed } = said;
  for (let press = 0; press < pressesMost; press += 1) {
    if (await conversing.until(() => hasBegun() || isOver(), reportLimitMs)) return true;
    if (isCommand) return true;
    const isAlone = typed === (await sessions.moving.countTyped(chat.sessionId));
    if (!isReady() || !isAlone) continue;
    const pressed = await sessions.moving.pressEnter(chat.sessionId, caller);
    if (typed !== undefined) typed += pressed;
  }
  return conversing.until(() => hasBegun() || isOver(), reportLimitMs);
}

/** Undefined: nothing waits that can be said there. */
async function sayNext({
  sessions,
  conversing,
  caller,
}: GivingContext): Promise<SaidThere | undefined> {
  const { chat } = conversing;
  const { kept, sessionId } = chat;
  const [next, ...rest] = kept.queue;
  if (next === undefined || kept.paused !== null || next.attachments.length > 0) return undefined;
  let isPasted = false;
  // First, and on disk: it is said once, whatever happens.
  chat.patch({ queue: rest });
  try {
    await chat.flush();
    const at = chat.now();
    const before = await sessions.moving.countTyped(sessionId);
    const onPasted = (): void => {
      isPasted = true;
    };
    const wanted = { text: next.text, enter: true, onPasted };
    const typed = await sessions.moving.type(sessionId, wanted, caller);
    return { text: next.text, at, typed: before === undefined ? undefined : before + typed };
  } catch (error) {
    // What stands there already is not typed again: it comes back as a draft, unless something was said there.
    if (isPasted) chat.patch({ lentDraft: chat.kept.lentDraft || next.text });
    else chat.patch({ queue: [next, ...chat.kept.queue] });
    throw error;
  }
}
