import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LifeAction, SessionLife } from './life.ts';
import { isLive, newLife, reduce } from './life.ts';

const at = '2026-11-20T08:00:00.000Z';
const exit = { code: 0, signal: null, at };
const spawned: LifeAction = { type: 'spawned', pid: 7, startTime: 70, hostId: 'h' };

const actions: readonly LifeAction[] = [
  { type: 'started' },
  spawned,
  { type: 'launchFailed', reason: 'no program' },
  { type: 'exited', exit },
  { type: 'killed', exit },
  { type: 'slept', exit },
  { type: 'hostLost', reason: 'interrupted by a restart, 08:00' },
  { type: 'resumeFailed', exit, reason: 'could not resume' },
];

function play(...steps: LifeAction[]): SessionLife {
  return steps.reduce(reduce, newLife);
}

describe('the life of a session', () => {
  it('goes from starting over running to ended and keeps how it ended', () => {
    assert.deepEqual(play(spawned, { type: 'exited', exit }), {
      status: 'ended',
      generation: 0,
      pid: null,
      startTime: 70,
      hostId: 'h',
      exit,
      reason: null,
    });
  });

  it('starts again from every end as the next generation and forgets the last one', () => {
    for (const end of ['exited', 'killed', 'slept'] as const) {
      assert.deepEqual(play(spawned, { type: end, exit }, { type: 'started' }), {
        ...newLife,
        generation: 1,
      });
    }
    const lost = play(spawned, { type: 'hostLost', reason: 'gone' });
    assert.equal(lost.status, 'interrupted');
    assert.deepEqual(reduce(lost, { type: 'started' }), { ...newLife, generation: 1 });
  });

  it('ignores what comes late or twice', () => {
    const killed = play(spawned, { type: 'killed', exit });
    for (const action of actions.filter(({ type }) => type !== 'started')) {
      assert.equal(reduce(killed, action), killed);
    }
    const running = play(spawned);
    assert.equal(reduce(running, { type: 'started' }), running);
    assert.equal(reduce(running, { ...spawned, pid: 8 }), running);
  });

  it('has a process only while it runs, and never a generation that goes back', () => {
    const steps = fc.array(fc.constantFrom(...actions), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (list) => {
        let life = newLife;
        for (const action of list) {
          const next = reduce(life, action);
          assert.ok(
            next.generation - life.generation ===
              (next.status === 'starting' && life.status !== 'starting' ? 1 : 0),
          );
          assert.equal(next.pid !== null, next.status === 'running');
          if (isLive(next.status)) assert.equal(next.exit, null);
          life = next;
        }
      }),
    );
  });
});
