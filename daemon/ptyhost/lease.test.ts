import assert from 'node:assert/strict';
import type { Lease, LeaseAction } from './lease.ts';
import { leaseSilenceMs, reduceLease } from './lease.ts';

const held: Lease = { client: 'a', principal: 'me', lastInputAt: 1000 };

function act(
  kind: 'input' | 'acquire' | 'focus' | 'take',
  client: string,
  more: object = {},
): LeaseAction {
  return { kind, client, principal: 'me', at: 1000, ...more };
}

describe('the lease', () => {
  it('goes to whoever types first', () => {
    assert.deepEqual(reduceLease(null, act('input', 'a')), { lease: held, granted: true });
  });

  it('is refused to another window while its holder types', () => {
    const at = 1000 + leaseSilenceMs - 1;
    assert.deepEqual(reduceLease(held, act('input', 'b', { at })), { lease: held, granted: false });
  });

  it('passes to the same person after three seconds of silence, with the key that was typed', () => {
    const at = 1000 + leaseSilenceMs;
    const lease = { client: 'b', principal: 'me', lastInputAt: at };
    assert.deepEqual(reduceLease(held, act('input', 'b', { at })), { lease, granted: true });
  });

  it('never passes to somebody else by typing', () => {
    const action = act('input', 'b', { principal: 'other', at: 1_000_000 });
    assert.deepEqual(reduceLease(held, action), { lease: held, granted: false });
  });

  it('is taken by anybody who asks to take it', () => {
    const action = act('take', 'b', { principal: 'other', at: 1001 });
    const lease = { client: 'b', principal: 'other', lastInputAt: 1001 };
    assert.deepEqual(reduceLease(held, action), { lease, granted: true });
  });

  it('that was only asked for gives way to the first key of another window', () => {
    const asked = reduceLease(null, act('acquire', 'a')).lease;
    assert.equal(reduceLease(asked, act('input', 'b')).lease?.client, 'b');
  });

  it('is not stolen by asking', () => {
    assert.equal(reduceLease(held, act('acquire', 'b', { at: 1e9 })).granted, false);
  });

  it('follows the focus after three seconds of silence, to the same person only', () => {
    const silent = { at: 1000 + leaseSilenceMs };
    const early = act('focus', 'b', { at: silent.at - 1 });
    assert.deepEqual(reduceLease(held, early), { lease: held, granted: false });
    const foreign = act('focus', 'b', { ...silent, principal: 'other' });
    assert.deepEqual(reduceLease(held, foreign), { lease: held, granted: false });
    const looked = reduceLease(held, act('focus', 'b', silent)).lease;
    assert.equal(looked?.client, 'b');
    // Looking is not typing: the first key, or the next look, of the other window gets it back.
    assert.equal(reduceLease(looked, act('input', 'a', silent)).lease?.client, 'a');
    assert.equal(reduceLease(looked, act('focus', 'a', silent)).lease?.client, 'a');
  });

  it('is free when its holder leaves, and only then', () => {
    assert.equal(reduceLease(held, { kind: 'release', client: 'b' }).lease, held);
    assert.equal(reduceLease(held, { kind: 'release', client: 'a' }).lease, null);
  });
});
