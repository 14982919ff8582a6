import assert from 'node:assert/strict';
import { cutLine, parseState, switchModes, windowOn } from './painting.ts';

describe('a mirrored pane', () => {
  it('keeps text and colours of a line, and nothing that a terminal would obey', () => {
    assert.equal(cutLine('\u001b[31mred\u001b[m', 0, 80), '\u001b[31mred\u001b[m');
    assert.equal(cutLine('a\u001b]8;;http://x\u001b\\b\u001b[6n\u0007c\u009b5n', 0, 80), 'abc5n');
    assert.equal(cutLine('\u000elqk\u000f|', 0, 80), '┌─┐|');
  });

  it('is cut at columns, wide characters whole or not at all', () => {
    assert.equal(cutLine('abcdef', 2, 3), 'cde');
    assert.equal(cutLine('日本語', 0, 5), '日本');
    assert.equal(cutLine('日本語', 1, 3), ' 本');
    assert.equal(cutLine('e\u0301e\u0301x', 0, 2), 'e\u0301e\u0301');
    assert.equal(cutLine('\u001b[7mabc\u001b[m', 2, 5), '\u001b[7mc\u001b[m');
  });

  it('of a larger pane the part around the cursor is shown', () => {
    const state = parseState('100,50,99,30,1,0,0,0,0,0,0,0,');
    assert.deepEqual(windowOn(state, { cols: 80, rows: 24 }), { x: 20, y: 7 });
    assert.deepEqual(windowOn(state, { cols: 200, rows: 60 }), { x: 0, y: 0 });
  });

  it('decides what keys send as the program in it does', () => {
    const plain = parseState('80,24,0,0,1,0,0,0,0,0,0,0,0');
    const busy = parseState('80,24,0,0,1,1,0,1,0,1,0,1,1');
    assert.equal(switchModes(undefined, plain), '\u001b>');
    assert.equal(
      switchModes(plain, busy),
      '\u001b[?1h\u001b[?1002h\u001b[?1006h\u001b[?2004h\u001b=',
    );
    assert.equal(switchModes(busy, busy), '');
    assert.ok(switchModes(busy, plain).startsWith('\u001b[?1l\u001b[?1002l'));
  });
});
