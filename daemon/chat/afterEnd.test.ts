import assert from 'node:assert/strict';
import { queueAfterEnd } from './afterEnd.ts';
import type { Message, Turn } from './kept.ts';

const [first, second] = ['a', 'b'].map((id): Message => {
  return { id, text: id, attachments: [], at: '' };
}) as [Message, Message];

function turnOf(message: Message | null): Turn {
  return { number: 1, startedAt: '', message, stoppingSince: null };
}

const how = 'it ended';
const none: ReadonlySet<string> = new Set();

describe('what waits when a process has ended', () => {
  it('is told to the next one when it ended by itself before it heard of it, once', () => {
    const chat = { turn: turnOf(first), isReady: true, queue: [second], paused: null };
    const end = { code: 0, signal: null };
    const again = queueAfterEnd(chat, { end, how, undelivered: none });
    assert.deepEqual(again, { queue: [{ ...first, isRepeated: true }, second], paused: null });
    const repeated = { ...chat, turn: turnOf({ ...first, isRepeated: true }) };
    assert.deepEqual(queueAfterEnd(repeated, { end, how, undelivered: none }), {
      queue: [second],
      paused: how,
    });
  });

  it('is held when it ended badly in mid-turn, with what did not reach it first', () => {
    const chat = { turn: turnOf(first), isReady: true, queue: [second], paused: null };
    const end = { code: null, signal: 9 };
    assert.deepEqual(queueAfterEnd(chat, { end, how, undelivered: none }), {
      queue: [second],
      paused: how,
    });
    const { queue } = queueAfterEnd(chat, { end, how, undelivered: new Set(['a']) });
    assert.deepEqual(
      queue.map(({ id }) => id),
      ['a', 'b'],
    );
  });

  it('is held when it did not even start, and goes on when nothing went wrong', () => {
    const end = { code: 1, signal: null };
    const told = { end, how, undelivered: none };
    const chat = { turn: null, isReady: false, queue: [second], paused: null };
    assert.deepEqual(
      [
        queueAfterEnd(chat, told).paused,
        queueAfterEnd({ ...chat, isReady: true }, told).paused,
        queueAfterEnd({ ...chat, queue: [] }, told).paused,
        queueAfterEnd({ ...chat, isReady: true, paused: 'stopped' }, told).paused,
      ],
      [how, null, null, 'stopped'],
    );
  });
});
