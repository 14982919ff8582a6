/** What the events of a chat say of its session's state. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Reading } from '../signal/signal.ts';
import { claimOf } from '../signal/signal.ts';
import { sentenceOf } from './asking.ts';
import type { Journal } from './journal.ts';
import type { KeptChat } from './kept.ts';

export function readingOf({ turn, lastEnd }: KeptChat, asking: Journal['asking']): Reading {
  const [first] = asking;
  if (first !== undefined) {
    const { permission } = first.content;
    const kind = permission.ask === 'question' ? 'question' : 'permission';
    const sentence = sentenceOf(permission);
    const claim = { state: 'asking', kind, sentence } as const;
    return { claim, rule: `chat.${permission.ask}`, evidence: permission.permissionId };
  }
  if (turn !== null) return plain('working', 'working', `turn ${turn.number}`);
  if (lastEnd === null) return plain('idle', 'idle', 'ready');
  const evidence = `turn ended: ${lastEnd.outcome}`;
  if (lastEnd.needsSignIn) {
    const claim = { state: 'asking', kind: 'signIn', sentence: 'wants you to log in' } as const;
    return { claim, rule: 'chat.signIn', evidence };
  }
  switch (lastEnd.outcome) {
    case 'completed':
      return plain('finished', 'done', evidence);
    case 'interrupted':
      return plain('idle', 'interrupted', evidence);
    case 'failed':
    case 'cut':
      return plain('failed', toPlainLine(lastEnd.reason, 200) || 'failed', evidence);
  }
}

function plain(
  state: 'working' | 'idle' | 'finished' | 'failed',
  sentence: string,
  evidence: string,
): Reading {
  return { claim: claimOf(state, sentence), rule: `chat.${state}`, evidence };
}
