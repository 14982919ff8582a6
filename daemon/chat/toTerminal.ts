import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { FeatureContext } from '../context.ts';
import type { Caller } from '../feature.ts';
import type { ChatSessions } from '../session/session.ts';
import type { Conversing } from './conversing.ts';
import { setTimeout as delay } from 'node:timers/promises';

export interface GivingContext {
  readonly daemon: Pick<FeatureContext, 'clock' | 'log'>;
  readonly sessions: ChatSessions;
  readonly conversing: Conversing;
  readonly caller: Pick<Caller, 'principal'>;
}

const readyLimitMs = 120_000;
/** A turn may take hours. */
const turnLimitMs = 24 * 3_600_000;
/** What is typed before a composer has settled lands in it and is not sent. */
const settleMs = 500;

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
  await delay(settleMs);
  try {
    while (isThere() && (await sayNext(context)))
      await conversing.until(() => isReady() || isOver(), turnLimitMs);
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

/** False: nothing waits that can be said there. */
async function sayNext({ sessions, conversing, caller }: GivingContext): Promise<boolean> {
  const { chat } = conversing;
  const { kept, sessionId } = chat;
  const [next, ...rest] = kept.queue;
  if (next === undefined || kept.paused !== null || next.attachments.length > 0) return false;
  // First, and on disk: it is said once, whatever happens.
  chat.patch({ queue: rest });
  await chat.flush();
  try {
    await sessions.moving.type(sessionId, { text: next.text, enter: true }, caller);
  } catch (error) {
    chat.patch({ queue: [next, ...chat.kept.queue] });
    throw error;
  }
  return true;
}
