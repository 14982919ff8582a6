import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputLedger } from '../../daemon/ptyhost/inputLedger.ts';
import { PendingInput } from '../../link/stream/pendingInput.ts';
import type { InputOutcome } from '../../protocol/wire/mark.ts';

const numRuns = process.env['WAGGLE_TEST_LONG'] === '1' ? 20_000 : 200;

type Step = { readonly do: 'type' | 'carry' | 'take' | 'answer' | 'cut'; readonly n: number };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('type', 'type', 'carry', 'carry', 'take', 'take', 'answer', 'cut'),
  n: fc.integer({ min: 0, max: 5 }),
});

/** A client and a host with a bad connection between them: whatever is on it when it breaks is gone. */
class World {
  /** What the program read, in its order. */
  readonly typed: number[] = [];
  readonly outcomes = new Map<number, InputOutcome>();
  readonly #pending = new PendingInput(0);
  readonly #ledger = new InputLedger();
  #up: number[] = [];
  #down: (readonly [number, InputOutcome])[] = [];
  /** In the host, not yet taken by the kernel. */
  #queue: number[] = [];
  #last = 0;

  perform({ do: what, n }: Step): void {
    if (what === 'type') for (let more = 0; more <= n; more += 1) this.#type();
    if (what === 'carry') for (const number of this.#up.splice(0, n)) this.#receive(number);
    if (what === 'take') for (const number of this.#queue.splice(0, n)) this.#take(number);
    if (what === 'answer') for (const one of this.#down.splice(0, n)) this.#pending.answer(...one);
    if (what === 'cut') this.#cut(n);
  }

  settle(): void {
    for (let round = 0; round < 200; round += 1) {
      for (const what of ['carry', 'take', 'answer'] as const) this.perform({ do: what, n: 5 });
    }
  }

  #type(): void {
    this.#last += 1;
    const number = this.#last;
    const sent = this.#pending.add(Uint8Array.of(number), (outcome) => {
      assert.equal(this.outcomes.has(number), false, 'answered twice');
      if (outcome === 'delivered') assert.ok(this.typed.includes(number), 'not delivered');
      this.outcomes.set(number, outcome);
    });
    this.#up.push(sent);
  }

  #receive(number: number): void {
    const known = this.#ledger.check('c', number);
    if (known === 'waiting') return;
    if (known !== 'new') return void this.#down.push([number, known]);
    this.#ledger.accept('c', number);
    this.#queue.push(number);
  }

  #take(number: number): void {
    this.typed.push(number);
    this.#ledger.delivered('c', number);
    this.#down.push([number, 'delivered']);
  }

  /** Some of what was on its way arrives, in both directions; the rest is sent again. */
  #cut(n: number): void {
    for (const number of this.#up.splice(0, n)) this.#receive(number);
    for (const one of this.#down.splice(0, 5 - n)) this.#pending.answer(...one);
    this.#down = [];
    this.#up = this.#pending.list().map(([number]) => number);
  }
}

describe('input that was acknowledged', () => {
  it('is typed once and in order over any cuts and lost answers', function () {
    this.timeout(600_000);
    const property = fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const world = new World();
      for (const one of steps) world.perform(one);
      world.perform({ do: 'cut', n: 0 });
      world.settle();
      const expected = Array.from(world.typed, (_, index) => index + 1);
      assert.deepEqual(world.typed, expected);
      assert.equal(world.outcomes.size, world.typed.length);
    });
    fc.assert(property, { numRuns });
  });
});
