import assert from 'node:assert/strict';
import { SessionList } from './sessionList.ts';
import { fakeSession } from './fakeSession.test.ts';

describe('the list of sessions', () => {
  it('keeps the newest value whatever order events come in', () => {
    const list = new SessionList();
    list.put(fakeSession({ name: 'new', revision: 5 }));
    list.put(fakeSession({ name: 'old', revision: 4 }));
    assert.deepEqual(
      list.list().map(({ name }) => name),
      ['new'],
    );
  });

  it('does not bring back a deleted session by an event that was overtaken', () => {
    const list = new SessionList();
    const session = fakeSession({ revision: 4 });
    list.remove(session.id, 5);
    list.put(session);
    assert.deepEqual(list.list(), []);
  });

  it('drops what a fresh list no longer names, and says so', () => {
    const list = new SessionList();
    const gone = fakeSession({ revision: 1 });
    list.put(gone);
    const seen: string[] = [];
    list.onDidChange(({ changed }) => seen.push(...changed));
    list.replace([], 9);
    assert.deepEqual({ listed: list.list(), seen }, { listed: [], seen: [gone.id] });
  });
});
