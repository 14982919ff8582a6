/** The messages that wait, as plain lists. Each change throws when the message is not there any more. */
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Message } from './kept.ts';

/** Messages that wait, at most. */
const queueMax = 100;
const seenMax = 200;

export function addLast(queue: readonly Message[], message: Message): readonly Message[] {
  refuseFull(queue);
  return [...queue, message];
}

export function addFirst(queue: readonly Message[], message: Message): readonly Message[] {
  refuseFull(queue);
  return [message, ...queue];
}

export function edit(queue: readonly Message[], id: string, text: string): readonly Message[] {
  const known = getMessage(queue, id);
  return queue.map((message) => (message === known ? { ...message, text } : message));
}

export function move(queue: readonly Message[], id: string, to: number): readonly Message[] {
  const moved = getMessage(queue, id);
  return queue.filter((message) => message !== moved).toSpliced(to, 0, moved);
}

export function remove(queue: readonly Message[], id: string): readonly Message[] {
  const gone = getMessage(queue, id);
  return queue.filter((message) => message !== gone);
}

/** Ids of which a repeat is known. */
export function remember(seen: readonly string[], id: string): readonly string[] {
  return [...seen, id].slice(-seenMax);
}

function getMessage(queue: readonly Message[], id: string): Message {
  const found = queue.find((message) => message.id === id);
  if (found !== undefined) return found;
  throw new WaggleError('conflict', 'This message does not wait any more.', {
    fix: 'It was said or removed in the meantime.',
  });
}

function refuseFull(queue: readonly Message[]): void {
  if (queue.length < queueMax) return;
  throw new WaggleError('limitReached', `At most ${queueMax} messages wait in a chat.`, {
    fix: 'Remove one of them, or wait until one was said.',
  });
}
