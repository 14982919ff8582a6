import assert from 'node:assert/strict';
import { WriteWindow } from './writeWindow.ts';

const KIB = 1024;

function observe(window: WriteWindow, lagMs: number, times: number): void {
  for (let count = 0; count < times; count += 1) {
    window.observe(lagMs, true);
  }
}

describe('what may be on its way to a terminal', () => {
  it('grows from half a MiB to two while the terminal keeps up, and shrinks when it does not', () => {
    const window = new WriteWindow();
    const seen = [window.bytes];
    observe(window, 40, 100);
    seen.push(window.bytes);
    observe(window, 95, 100);
    seen.push(window.bytes);
    observe(window, 150, 100);
    seen.push(window.bytes);
    assert.deepEqual(seen, [512 * KIB, 2048 * KIB, 2048 * KIB, 512 * KIB]);
  });

  it('is smaller where nobody looks', () => {
    const window = new WriteWindow();
    observe(window, 40, 100);
    const views = (['focused', 'visible', 'hidden'] as const).map((view) => {
      window.view = view;
      return window.bytes;
    });
    assert.deepEqual(views, [2048 * KIB, 512 * KIB, 128 * KIB]);
  });

  it('is short while output is being lost', () => {
    const window = new WriteWindow();
    observe(window, 40, 100);
    window.isSkipping = true;
    observe(window, 40, 100);
    assert.equal(window.bytes, 128 * KIB);
  });
});
