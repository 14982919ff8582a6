import type { SessionRow } from './row.ts';
import type { RowPatch } from './sessions.ts';

const maxKept = 50;

/**
 * The change that an observed conversation makes: it is the last one now. Nothing when it already was; then a process that
 * was started for it is no longer waited for.
 */
export function addConversation(row: SessionRow, id: string | undefined, now: string): RowPatch {
  if (id === undefined) return {};
  const isKnown = row.conversations.at(-1)?.id === id;
  const isExpected = row.resuming?.conversationId === id;
  const others = row.conversations.filter((conversation) => conversation.id !== id);
  const observed = { id, source: 'disk' as const, observedAt: now };
  return {
    ...(isKnown ? {} : { conversations: [...others, observed].slice(-maxKept) }),
    ...(isExpected ? { resuming: null } : {}),
  };
}
