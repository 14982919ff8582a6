import assert from 'node:assert/strict';
import { WriteWindow } from './writeWindow.ts';

const KIB = 1024;

/** A terminal that answers in `idleMs` and parses `bytesPerMs`, always with all before it that it may have. */
class BusyTerminal {
  readonly window = new WriteWindow();
  readonly #idleMs: number;
  #now = 1000;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
    for (let count = 0; count < 20; count += 1) this.#answer(idleMs, 0);
  }

  parse(bytesPerMs: number, times = 100): number {
    for (let count = 0; count < times; count += 1) {
      const { bytes } = this.window;
      this.#answer(this.#idleMs + bytes / bytesPerMs, bytes);
    }
    return this.window.bytes / KIB;
  }

  #answer(lagMs: number, aheadBytes: number): void {
    const sentAt = this.#now;
    this.#now += lagMs;
    this.window.observe({ sentAt, answeredAt: this.#now, aheadBytes, isShort: aheadBytes > 0 });
  }
}

describe('what may be on its way to a terminal', () => {
  it('grows from an eighth of a MiB to two while the terminal keeps up', () => {
    const terminal = new BusyTerminal(10);
    assert.equal(terminal.window.bytes, 128 * KIB);
    assert.equal(terminal.parse(100 * KIB), 2048);
  });

  it('is what the terminal parses in a moment, and little for a slow one', () => {
    const terminal = new BusyTerminal(10);
    const [usual, slow] = [terminal.parse(10 * KIB), terminal.parse(0.5 * KIB)];
    assert.ok(usual > 700 && usual < 1000, `${usual}`);
    assert.equal(slow, 128);
  });

  it('is half a MiB where answers take long without anything to parse', () => {
    assert.equal(new BusyTerminal(150).parse(20 * KIB), 512);
  });

  it('shrinks once for the answers to what was on its way together', () => {
    const { window } = new BusyTerminal(10);
    const answer = (sentAt: number, answeredAt: number): void =>
      window.observe({ sentAt, answeredAt, aheadBytes: 64 * KIB, isShort: true });
    for (let count = 0; count < 20; count += 1) answer(2000, 2020);
    const before = window.bytes;
    for (let count = 0; count < 5; count += 1) answer(3000, 3500 + count);
    assert.equal(window.bytes, before / 2);
  });

  it('is smaller where nobody looks', () => {
    const terminal = new BusyTerminal(10);
    terminal.parse(100 * KIB);
    const { window } = terminal;
    const views = (['focused', 'visible', 'hidden'] as const).map((view) => {
      window.view = view;
      return window.bytes;
    });
    assert.deepEqual(views, [2048 * KIB, 512 * KIB, 128 * KIB]);
  });

  it('is short while output is being lost', () => {
    const terminal = new BusyTerminal(10);
    terminal.parse(100 * KIB);
    terminal.window.isSkipping = true;
    assert.equal(terminal.parse(100 * KIB), 24);
  });
});
