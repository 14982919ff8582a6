/** What becomes of the queue when a process has ended. Pure. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ProcessEnd } from './agentProcess.ts';
import type { KeptChat } from './kept.ts';

export interface Ended {
  readonly end: ProcessEnd;
  /** A sentence about it. */
  readonly how: string;
  /** Messages of which it did not take everything. */
  readonly undelivered: ReadonlySet<string>;
}

/**
 * Who ended by itself before it heard of what it was told is started once more, and told again; else what waits is held,
 * unless nothing went wrong.
 */
export function queueAfterEnd(
  { turn, isReady, queue, paused }: Pick<KeptChat, 'turn' | 'isReady' | 'queue' | 'paused'>,
  { end, how, undelivered }: Ended,
): Pick<KeptChat, 'queue' | 'paused'> {
  const unheard = turn?.message ?? null;
  const isAgain = unheard !== null && end.code === 0 && unheard.isRepeated !== true;
  const isUnsaid = unheard !== null && undelivered.has(unheard.id);
  const again = isAgain || isUnsaid ? [{ ...unheard, isRepeated: true }] : [];
  const waiting = [...again, ...queue];
  if (isAgain) return { queue: waiting, paused: null };
  const isHeld = waiting.length > 0 && (turn !== null || !isReady);
  return { queue: waiting, paused: isHeld ? toPlainLine(how, 300) : paused };
}
