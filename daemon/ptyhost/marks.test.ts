import assert from 'node:assert/strict';
import { Marks } from './marks.ts';

const size = (cols: number): { cols: number; rows: number } => ({ cols, rows: 24 });

describe('marks', () => {
  it('of one kind at one seq are coalesced, and a client that saw the first sees the last', () => {
    const marks = new Marks({ size: size(80), lease: null });
    marks.append(5, { kind: 'resize', size: size(90) });
    const seen = marks.order;
    marks.append(5, { kind: 'resize', size: size(100) });
    assert.deepEqual(marks.findAfter(0), { kind: 'resize', size: size(100), seq: 5, order: 2 });
    assert.equal(marks.findAfter(seen)?.order, 2);
  });

  it('that fell out of the ring still say which size was in effect', () => {
    const marks = new Marks({ size: size(80), lease: null });
    marks.append(5, { kind: 'resize', size: size(90) });
    marks.append(9, { kind: 'resize', size: size(100) });
    marks.dropBefore(8);
    assert.deepEqual([marks.stateAt(8).size, marks.stateAt(10).size], [size(90), size(100)]);
  });

  it('do not grow without bound under a flood of resizes', () => {
    const marks = new Marks({ size: size(80), lease: null });
    marks.append(0, { kind: 'exit', exit: { code: 0, signal: null, background: 0 } });
    for (let seq = 1; seq < 20_000; seq += 1)
      marks.append(seq, { kind: 'resize', size: size(1 + (seq % 200)) });
    const kept = [];
    for (let mark = marks.findAfter(0); mark !== undefined; mark = marks.findAfter(mark.order))
      kept.push(mark);
    assert.ok(kept.length <= 4097, String(kept.length));
    assert.equal(marks.findExit()?.kind, 'exit');
  });
});
