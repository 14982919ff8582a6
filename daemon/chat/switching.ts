/** What is said about a conversation that goes on elsewhere, and when it cannot. Pure. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { canResume } from '../agent/agent.ts';
import { findProvider } from '../provider/provider.ts';
import type { SessionRow } from '../session/session.ts';

const sentenceMaxChars = 300;

/** @throws WaggleError `badRequest` for an agent of one kind only, `conflict` for what has no conversation. */
export function refuseUnswitchable(row: SessionRow, to: 'terminal' | 'chat'): void {
  const provider = findProvider(row.agent);
  if (provider === undefined)
    throw new WaggleError('badRequest', 'Only an agent that can be in a chat is switched.', {
      fix: 'Open an agent: waggle chat claude.',
    });
  if (to === 'terminal' && !canResume(row.agent))
    throw new WaggleError(
      'badRequest',
      `${provider.label} has no terminal that goes on with a chat.`,
    );
  if (row.origin === 'imported')
    throw new WaggleError('conflict', 'An imported session is for reading only.', {
      fix: 'Continue its conversation: waggle adopt.',
    });
  const { attention, conversations, mode, agent } = row;
  const wasUsed = ['working', 'asking', 'finished', 'failed'].includes(attention.state);
  if (mode === 'pty' && conversations.length === 0 && (wasUsed || agent === 'opencode'))
    throw new WaggleError('conflict', 'Nobody knows yet in which conversation this terminal is.', {
      fix: 'Wait for the end of its turn, then try again.',
    });
}

export function busyError(
  label: string,
  { attention }: Pick<SessionRow, 'attention'>,
): WaggleError {
  const does = attention.state === 'asking' ? 'is asking something' : 'is working';
  return new WaggleError('conflict', `${label} ${does}.`, {
    fix: 'Switch after this turn, or interrupt and switch.',
    details: { isBusy: true },
  });
}

/** Said in the person's name, because only then it asks again. */
export function againText(what: string): string {
  const line = toPlainLine(what, sentenceMaxChars);
  return `Go on. You had asked for something that was not answered (${line}): ask for it again.`;
}

export function reasonOf({ reason, exit }: SessionRow, label: string): string {
  if (reason !== null) return toPlainLine(reason, sentenceMaxChars);
  if (exit === null) return `${label} could not go on there.`;
  const how = exit.code === null ? (exit.signal ?? 'by a signal') : `exit code ${exit.code}`;
  return `${label} ended there (${how}).`;
}
