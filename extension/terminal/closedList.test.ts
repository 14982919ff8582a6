import assert from 'node:assert/strict';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { ClosedList, type ClosedMemory } from './closedList.ts';

const [first, second, third] = ['1', '2', '3'].map((digit) =>
  sessionIdSchema.parse(`0190a000-0000-7000-8000-00000000000${digit}`),
);
assert.ok(first && second && third);

function createMemory(stored?: unknown): ClosedMemory {
  let value = stored;
  return {
    get: () => value,
    async update(_key, next) {
      value = next;
    },
  };
}

describe('the list of closed tabs', () => {
  it('gives back the newest first, each once', () => {
    const closed = new ClosedList(createMemory());
    for (const id of [first, second, third, first]) closed.add(id);
    const taken = [1, 2, 3, 4].map(() => closed.take(() => true)?.sessionId);
    assert.deepEqual(taken, [first, third, second, undefined]);
  });

  it('passes over what is gone or open again', () => {
    const closed = new ClosedList(createMemory());
    for (const id of [first, second, third]) closed.add(id);
    assert.deepEqual(
      closed.take((id) => id === first),
      { sessionId: first },
    );
  });

  it('knows which process a close ended, until the tab is closed again', () => {
    const closed = new ClosedList(createMemory());
    closed.add(first);
    closed.markEnded(first, 3);
    assert.deepEqual(
      closed.take(() => true),
      { sessionId: first, endedGeneration: 3 },
    );
    closed.add(first);
    assert.deepEqual(
      closed.take(() => true),
      { sessionId: first },
    );
  });

  it('reads what an earlier version stored, and nothing else', () => {
    const closed = new ClosedList(createMemory([first, 4, null, { sessionId: 5 }]));
    assert.deepEqual(
      [1, 2].map(() => closed.take(() => true)),
      [{ sessionId: first }, undefined],
    );
    assert.equal(
      new ClosedList(createMemory('odd')).take(() => true),
      undefined,
    );
  });
});
