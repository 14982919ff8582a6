import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConnectionAction, ConnectionState } from './connectionState.ts';
import { reduce, startState } from './connectionState.ts';

const connected: ConnectionAction = { type: 'connected', pid: 7, version: '0.1.0' };

function after(...actions: ConnectionAction[]): ConnectionState {
  return actions.reduce(reduce, startState);
}

describe('the connection to the daemon', () => {
  it('stays idle after a probe that found no daemon', () => {
    assert.deepEqual(after({ type: 'probed' }, { type: 'absent' }), { kind: 'idle', known: false });
  });

  it('starts a daemon when somebody needs one while a probe is under way', () => {
    assert.deepEqual(after({ type: 'probed' }, { type: 'required' }), {
      kind: 'seeking',
      mayStart: true,
      step: 'connecting',
      known: false,
    });
  });

  it('waits for the next attempt, and may start one, after the daemon was killed', () => {
    const state = after({ type: 'required' }, connected, { type: 'lost' });
    assert.equal(state.kind === 'waiting' && state.mayStart && state.known, true);
    assert.equal(reduce(state, { type: 'retried' }).kind, 'seeking');
  });

  it('starts nothing after the daemon ended on purpose', () => {
    assert.deepEqual(after({ type: 'required' }, connected, { type: 'lost' }, { type: 'ended' }), {
      kind: 'idle',
      known: true,
    });
  });

  it('does not try again by itself after a failure that only a person can cure', () => {
    const failed: ConnectionAction = {
      type: 'failed',
      code: 'startLimit',
      message: 'five in a minute',
    };
    const state = after({ type: 'required' }, failed, { type: 'retried' }, { type: 'probed' });
    assert.equal(state.kind, 'failed');
    assert.equal(reduce(state, { type: 'required' }).kind, 'seeking');
  });

  it('never leaves disposed, whatever still happens', () => {
    const action = fc.constantFrom<ConnectionAction>(
      { type: 'required' },
      { type: 'probed' },
      connected,
      { type: 'lost' },
      { type: 'failed', code: 'internal', message: 'x' },
      { type: 'retried' },
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        assert.equal(after({ type: 'disposed' }, ...actions).kind, 'disposed');
      }),
    );
  });
});
