import assert from 'node:assert/strict';
import { aRow } from '../../test/support/sessionRow.ts';
import type { Signal } from '../../protocol/attention/why.ts';
import type { MovingContext } from './moving.ts';
import { Moving } from './moving.ts';

const moving = new Moving({} as unknown as MovingContext);
const at = '2026-11-28T12:00:00.000Z';
const later = '2026-11-28T12:00:01.000Z';

function rowThat(state: Signal['state'], title: string | null = null, agent = 'claude') {
  const row = aRow({ agent, status: 'running' });
  const signal: Signal = {
    ...{ authority: 'status', state, kind: null, sentence: state, rule: 'x', evidence: '' },
    ...{ at, generation: 0, seq: null },
  };
  return { ...row, heard: { ...row.heard, title, signals: [signal] } };
}

describe('an agent in a terminal', () => {
  it('takes prompts when it says that it waits, and not while it works or asks', () => {
    const states = ['idle', 'finished', 'working', 'asking', 'failed', 'unknown'] as const;
    assert.deepEqual(
      states.map((state) => moving.isReady(rowThat(state))),
      [true, true, false, false, false, false],
    );
  });

  it('has begun when it says something after it was told, and not for a key', () => {
    const before = '2026-11-28T11:59:59.000Z';
    const states = ['working', 'asking', 'finished', 'failed', 'idle'] as const;
    assert.deepEqual(
      states.map((state) => moving.hasBegun(rowThat(state), before)),
      [true, true, true, true, false],
    );
    assert.equal(moving.hasBegun(rowThat('finished'), later), false);
  });

  it('shows its conversation, which opencode says by a title', () => {
    const shows = (title: string | null, agent?: string): boolean =>
      moving.showsConversation(rowThat('idle', title, agent));
    assert.deepEqual(
      [shows(null), shows('OpenCode', 'opencode'), shows('OC | Fix it', 'opencode')],
      [true, false, true],
    );
  });
});
