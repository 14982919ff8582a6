import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputLedger } from './inputLedger.ts';

describe('the input ledger', () => {
  it('accepts a number once, however often it comes', () => {
    const ledger = new InputLedger();
    const seen = [ledger.check('c', 1)];
    ledger.accept('c', 1);
    seen.push(ledger.check('c', 1));
    ledger.delivered('c', 1);
    seen.push(ledger.check('c', 1), ledger.check('other', 1), ledger.check('c', 2));
    assert.deepEqual(seen, ['new', 'waiting', 'delivered', 'new', 'new']);
  });

  it('repeats a refusal although later input was delivered', () => {
    const ledger = new InputLedger();
    ledger.refuse('c', 1, 'denied');
    ledger.accept('c', 2);
    ledger.delivered('c', 2);
    assert.deepEqual([ledger.check('c', 1), ledger.check('c', 2)], ['denied', 'delivered']);
  });

  it('says of what waited at the end that it was not delivered', () => {
    const ledger = new InputLedger();
    ledger.accept('c', 1);
    assert.deepEqual(ledger.endWaiting(), [['c', 1]]);
    assert.deepEqual([ledger.check('c', 1), ledger.highestOf('c')], ['ended', 1]);
  });

  it('lets each number through exactly once over any cuts and repeats', () => {
    // Each round sends everything from an earlier number on, as a client does after a reconnect.
    const rounds = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 40 });
    const property = fc.property(rounds, (list) => {
      const ledger = new InputLedger();
      const typed: number[] = [];
      for (const [back, count] of list) {
        const highest = typed.length;
        const from = Math.max(1, highest + 1 - back);
        for (let number = from; number <= highest + count; number += 1) {
          if (ledger.check('c', number) !== 'new') continue;
          ledger.accept('c', number);
          typed.push(number);
        }
      }
      assert.deepEqual(
        typed,
        Array.from(typed, (_, index) => index + 1),
      );
    });
    fc.assert(property);
  });
});
