import type { LaunchPlan } from '../agent/agent.ts';
import type { SessionRow } from './row.ts';
import type { RowPatch } from './sessions.ts';

const maxKept = 50;

/** When a conversation was noticed, and by what. */
export interface Noticed {
  readonly at: string;
  readonly source: 'disk' | 'hook';
}

/** The change that an observed conversation makes: it is the last one now. Nothing when it already was. */
export function addConversation(
  row: SessionRow,
  id: string | undefined,
  { at, source }: Noticed,
): RowPatch {
  if (id === undefined) return {};
  if (row.conversations.at(-1)?.id === id) return {};
  const others = row.conversations.filter((conversation) => conversation.id !== id);
  const observed = { id, source, observedAt: at };
  return { conversations: [...others, observed].slice(-maxKept) };
}

/** Of a process that is about to start. */
export function conversationStateOf(
  { isResumed, conversationId, agentDirectory }: LaunchPlan,
  nowMs: number,
): Pick<SessionRow, 'resuming' | 'agentDirectory'> {
  const at = new Date(nowMs).toISOString();
  const isExpected = isResumed && conversationId !== null;
  return { resuming: isExpected ? { conversationId, at } : null, agentDirectory };
}
