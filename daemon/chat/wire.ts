/** A chat as clients see it. */
import type { Chat, QueuedMessage } from '../../protocol/chat/chat.ts';
import type { LiveChat } from './liveChat.ts';
import type { Message } from './kept.ts';

export function toChat(chat: LiveChat, isWaiting: boolean): Chat {
  const { kept, row, journal, provider, sessionId, revision } = chat;
  const { turn, paused, draft, switching, model, models, mode, modes, commands, usage, context } =
    kept;
  return {
    ...{ sessionId, paused, draft, switching, usage, context, revision },
    agent: kept.agent,
    state: stateOf(chat, isWaiting),
    turn: turn && { number: turn.number, startedAt: turn.startedAt },
    queue: kept.queue.map(toQueued),
    model: row?.chat?.model ?? model,
    models: [...models],
    mode: mode ?? row?.chat?.mode ?? null,
    modes: modes.length === 0 ? [...provider.modes] : [...modes],
    commands: [...commands],
    abilities: provider.abilities,
    asking: journal.asking.map(({ position }) => position),
    forkedFrom: kept.forkedFrom,
    end: journal.end,
  };
}

function stateOf({ kept, row, journal }: LiveChat, isWaiting: boolean): Chat['state'] {
  if (isWaiting) return 'waiting';
  if (row?.mode === 'pty') return 'terminal';
  switch (row?.status) {
    case 'starting':
      return 'starting';
    case 'running':
      if (kept.turn === null) return kept.isReady ? 'idle' : 'starting';
      if (kept.turn.stoppingSince !== null) return 'stopping';
      return journal.asking.length > 0 ? 'asking' : 'working';
    case 'asleep':
      return 'asleep';
    default:
      return 'ended';
  }
}

function toQueued({ id, text, attachments, at }: Message): QueuedMessage {
  const named = attachments.map(({ name, mediaType }) => ({ name, mediaType }));
  return { id, text, attachments: named, at };
}
