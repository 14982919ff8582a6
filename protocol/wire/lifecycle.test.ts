import assert from 'node:assert/strict';
import { Backoff } from './backoff.ts';
import { DisposableStore, toDisposable } from './disposable.ts';
import { Emitter } from './emitter.ts';

describe('disposable', () => {
  it('disposes in reverse order, once, and at once what comes too late', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => order.push('first')));
    store.add(toDisposable(() => order.push('second')));
    store.dispose();
    store.dispose();
    store.add(toDisposable(() => order.push('late')));
    assert.deepEqual(order, ['second', 'first', 'late']);
  });
});

describe('emitter', () => {
  it('reaches every listener although one throws, and tells the failure', () => {
    const emitter = new Emitter<number>();
    const seen: number[] = [];
    emitter.event(() => {
      throw new Error('broken listener');
    });
    emitter.event((value) => seen.push(value));
    assert.throws(() => emitter.fire(3), /broken listener/);
    assert.deepEqual(seen, [3]);
  });

  it('stops calling a listener that was disposed', () => {
    const emitter = new Emitter<number>();
    const seen: number[] = [];
    const subscription = emitter.event((value) => seen.push(value));
    emitter.fire(1);
    subscription.dispose();
    emitter.fire(2);
    assert.deepEqual([seen, emitter.hasListeners], [[1], false]);
  });
});

describe('backoff', () => {
  it('doubles up to its limit and starts over after a reset', () => {
    const backoff = new Backoff({ firstMs: 10, maxMs: 50 });
    const delays = [backoff.next(), backoff.next(), backoff.next(), backoff.next()];
    backoff.reset();
    assert.deepEqual([...delays, backoff.next()], [10, 20, 40, 50, 10]);
  });
});
