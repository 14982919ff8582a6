import assert from 'node:assert/strict';
import type { Need } from '../../protocol/attention/attention.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import { SeenWatch, seenAfterMs } from './seenWatch.ts';

const session = '0b0e8c1e-7f0d-4d51-9a63-6a1b6f1f0c11' as Need['sessionId'];

function need(change: Partial<Need> = {}): Need {
  return {
    id: 'n1',
    kind: 'finished',
    sessionId: session,
    taskId: null,
    text: 'done',
    since: '2026-11-20T12:00:00.000Z',
    revision: 1,
    actions: [{ id: 'dismiss', label: 'Dismiss' }],
    ...change,
  };
}

function stage() {
  const state = { needs: [need()], visible: new Set([session ?? '']) };
  const timers = new Set<() => void>();
  const seen: number[] = [];
  const watch = new SeenWatch({
    needs: () => state.needs,
    visible: () => state.visible,
    schedule(run, delayMs) {
      assert.equal(delayMs, seenAfterMs);
      timers.add(run);
      return toDisposable(() => timers.delete(run));
    },
    seen: ({ revision }) => seen.push(revision),
  });
  const elapse = (): void => {
    for (const run of [...timers]) run();
  };
  return { state, watch, timers, seen, elapse };
}

describe('what a person has seen', () => {
  it('is a finished session that stays visible', () => {
    const { watch, elapse, seen } = stage();
    watch.update();
    watch.update();
    elapse();
    assert.deepEqual(seen, [1]);
    watch.dispose();
  });

  it('is not one that was hidden, or whose window lost the focus, before the time was up', () => {
    const { state, watch, timers } = stage();
    watch.update();
    state.visible = new Set();
    watch.update();
    assert.equal(timers.size, 0);
    watch.dispose();
  });

  it('is looked at anew when it finished once more', () => {
    const { state, watch, elapse, seen } = stage();
    watch.update();
    state.needs = [need({ revision: 2 })];
    watch.update();
    elapse();
    assert.deepEqual(seen, [2]);
    watch.dispose();
  });

  it('is never a question or a failure', () => {
    const { state, watch, timers } = stage();
    state.needs = [need({ kind: 'failed' }), need({ id: 'n2', kind: 'permission' })];
    watch.update();
    assert.equal(timers.size, 0);
    watch.dispose();
  });
});
