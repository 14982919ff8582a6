import assert from 'node:assert/strict';
import { fakeSession } from './fakeSession.test.ts';
import { watchModes } from './modeWatch.ts';
import { SessionList } from './sessionList.ts';

describe('a conversation that goes on in another form', () => {
  it('is shown in it where it was shown before, and nowhere else', () => {
    const sessions = new SessionList();
    const done: string[] = [];
    const [shown, hidden] = [
      '01890000-0000-7000-8000-000000000001',
      '01890000-0000-7000-8000-000000000002',
    ];
    const session = (id: string, mode: 'pty' | 'pipe', revision: number) =>
      fakeSession({ id, mode, revision } as never);
    sessions.put(session(shown, 'pty', 1));
    sessions.put(session(hidden, 'pty', 1));
    const watch = watchModes({
      sessions,
      terminals: {
        isOpen: (id) => id === shown,
        open: ({ mode }) => done.push(`open ${mode}`),
        detach: () => done.push('detach'),
      },
    });
    sessions.put(session(shown, 'pty', 2));
    sessions.put(session(hidden, 'pipe', 2));
    assert.deepEqual(done, []);
    sessions.put(session(shown, 'pipe', 3));
    assert.deepEqual(done, ['detach', 'open pipe']);
    watch.dispose();
    sessions.put(session(shown, 'pty', 4));
    assert.equal(done.length, 2);
  });
});
