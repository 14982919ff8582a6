import assert from 'node:assert/strict';
import { Turns } from './turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  let now: number;
  let turns: Turns;
  let sent: string[];
  beforeEach(() => {
    now = 0;
    sent = [];
    turns = new Turns(() => now);
  });

  /** Takes so long. */
  const sending = (name: string, ms: number) => (): void => {
    sent.push(name);
    now += ms;
  };

  it('end after eight milliseconds, and the rest follows in the next', async () => {
    for (let index = 0; index < 10; index += 1) turns.add(sending(`${index}`, 3));
    assert.deepEqual(sent, []);
    const counts = [];
    for (let count = 0; count < 4; count += 1) {
      await turn();
      counts.push(sent.length);
    }
    assert.deepEqual([counts, sent.join('')], [[3, 6, 9, 10], '0123456789']);
  });

  it('serve everybody once before anybody again', async () => {
    const busy = (): void => {
      sent.push('busy');
      now += 9;
      if (sent.length < 6) turns.add(busy);
    };
    turns.add(busy);
    turns.add(sending('a', 9));
    turns.add(sending('b', 9));
    while (sent.length < 6) await turn();
    assert.deepEqual(sent, ['busy', 'a', 'b', 'busy', 'busy', 'busy']);
  });

  it('pass over who has left', async () => {
    const gone = sending('gone', 1);
    turns.add(gone);
    turns.add(sending('here', 1));
    turns.delete(gone);
    await turn();
    assert.deepEqual(sent, ['here']);
  });
});
