import assert from 'node:assert/strict';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Logger } from '../context.ts';
import type { Commit } from './chat.store.ts';
import { Committing } from './committing.ts';
import type { OpenEntry } from './journal.ts';

function ignore(): void {
  return;
}
const silent: Logger = {
  ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
  child: () => silent,
};

function entryAt(position: number, text: string): OpenEntry {
  const content = { kind: 'text', text } as const;
  return { position, key: `${position}`, turn: 1, at: '', isOpen: true, parent: null, content };
}

/** A database that takes what it is given when it is let. */
function createStore() {
  const taken: Commit[] = [];
  const told: number[] = [];
  let failure: WaggleError | undefined;
  const committing = new Committing({
    sessionId: 's',
    log: silent,
    store: {
      commit(commit) {
        if (failure !== undefined) return Promise.reject(failure);
        taken.push(commit);
        return Promise.resolve({ revision: taken.length });
      },
    },
    onCommitted: ({ revision }) => told.push(revision),
  });
  return {
    ...{ taken, told, committing },
    fail: (error: WaggleError | undefined) => (failure = error),
  };
}

describe('committing', () => {
  it('writes what changed together in one, the latest of each entry', async () => {
    const { committing, taken, told } = createStore();
    committing.entry(entryAt(1, 'a'));
    committing.entry(entryAt(1, 'ab'));
    committing.cursor({ generation: 0, seq: 10, state: {}, isDropping: false });
    await committing.flush();
    await committing.flush();
    assert.deepEqual(
      [taken.map(({ entries, cursor }) => [entries, cursor?.seq]), told],
      [[[[entryAt(1, 'ab')], 10]], [1]],
    );
  });

  it('tells who waits that the disk is full, keeps what there is and writes it later', async () => {
    const { committing, taken, fail } = createStore();
    fail(new WaggleError('diskFull'));
    committing.entry(entryAt(1, 'a'));
    await assert.rejects(committing.durable(), { code: 'diskFull' });
    committing.entry(entryAt(2, 'b'));
    fail(undefined);
    await committing.flush();
    assert.deepEqual(
      taken.flatMap(({ entries }) => entries.map(({ position }) => position)),
      [1, 2],
    );
  });

  it('does not send a piece that is for nobody any more', async () => {
    const { committing, taken } = createStore();
    const piece = { generation: 0, bytes: new Uint8Array(), messageId: null };
    committing.out({ number: 1, ...piece });
    committing.out({ number: 2, ...piece });
    committing.settle([1]);
    await committing.flush();
    assert.deepEqual(
      taken.map(({ out, settled }) => [out.map(({ number }) => number), settled]),
      [[[2], [1]]],
    );
  });
});
