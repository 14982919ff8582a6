import assert from 'node:assert/strict';
import { WriteWindow } from './writeWindow.ts';

const KIB = 1024;

function observe(window: WriteWindow, lagMs: number, times: number): void {
  for (let count = 0; count < times; count += 1) {
    window.observe({ lagMs, bytes: lagMs * 8 * KIB, isShort: true });
  }
}

describe('what may be on its way to a terminal', () => {
  it('grows from half a MiB to two while the terminal keeps up, and shrinks when it does not', () => {
    const window = new WriteWindow();
    const seen = [window.bytes];
    observe(window, 40, 100);
    seen.push(window.bytes);
    observe(window, 90, 100);
    seen.push(window.bytes);
    observe(window, 150, 100);
    seen.push(window.bytes);
    assert.deepEqual(seen, [512 * KIB, 2048 * KIB, 2048 * KIB, 128 * KIB]);
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

  it('holds what is parsed in some 30 ms while output is being lost', () => {
    const window = new WriteWindow();
    window.isSkipping = true;
    const first = window.bytes;
    window.observe({ lagMs: 50, bytes: 200 * KIB, isShort: true });
    assert.deepEqual([first, window.bytes], [192 * KIB, 120 * KIB]);
  });
});
