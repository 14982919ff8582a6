import { setTimeout as delay } from 'node:timers/promises';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Principal } from '../feature.ts';
import type { Attaching } from './attaching.ts';
import type { SessionRow } from './row.ts';
import { sendText } from './sending.ts';
import type { Sessions } from './sessions.ts';

export interface Message {
  readonly from: SessionRow;
  readonly to: SessionRow;
  readonly text: string;
}

/** Enter that comes with the text is taken for a part of it. */
const enterAfterMs = 300;
/** Who allowed it: it waits until no window of theirs is being typed into, as another window of theirs would. */
const person: Principal = { id: 'owner', kind: 'owner', right: 'owner' };
const waitingStates = new Set(['idle', 'finished', 'failed']);

/**
 * Types a message of one agent into another's composer, marked as what it is, and sends it. Never into a shell, which
 * would run it, and never while the other one asks something: nobody's text answers that.
 * @throws WaggleError `forbidden`, `conflict`, `notRunning`, `leaseDenied`, `inputFull`, `timeout`.
 */
export async function sendMessage(
  parts: { readonly sessions: Sessions; readonly attaching: Attaching },
  { from, to, text }: Message,
): Promise<void> {
  if (to.tokenRight !== 'self' || to.agent === 'command')
    throw new WaggleError('forbidden', 'Only agents can be sent messages: a shell would run them.');
  refuseUnlessWaiting(to);
  const heading = `[Message from the agent in the session "${toPlainLine(from.name, 64)}", not from the person]`;
  const caller = { principal: person };
  const body = cleanMessage(text);
  const pasted = `\u001b[200~${heading}\n${body}\u001b[201~`;
  await sendText(parts, { sessionId: to.id, text: pasted, take: false }, caller);
  await delay(enterAfterMs);
  refuseUnlessWaiting(parts.sessions.get(to.id));
  await sendText(parts, { sessionId: to.id, text: '\r', take: false }, caller);
}

function refuseUnlessWaiting({ attention, status }: SessionRow): void {
  if (status !== 'running') throw new WaggleError('notRunning', 'That session does not run.');
  if (waitingStates.has(attention.state)) return;
  throw new WaggleError('conflict', `That session is ${attention.state} now.`, {
    fix: 'Wait until it is done: read_session with waitSeconds.',
  });
}

/** No key of a terminal is in it. */
function cleanMessage(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).map((line) => toPlainLine(line, 10_000));
  return lines.join('\n').trim();
}
