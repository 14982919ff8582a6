import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PipeQueue } from './pipeQueue.ts';
import { Ring } from './ring.ts';

const capacity = 256 * 1024;

describe('the pipe queue', () => {
  it('keeps every byte that is not acknowledged, whatever arrives', () => {
    const step = fc.record({ bytes: fc.nat(100_000), ackPercent: fc.nat(100) });
    const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ring = new Ring(capacity);
      const queue = new PipeQueue(ring);
      let written = 0;
      for (const { bytes, ackPercent } of steps) {
        queue.append(Buffer.alloc(bytes, written % 251));
        written += bytes;
        assert.ok(ring.start <= queue.acked, 'nothing unacknowledged was dropped');
        queue.ack(queue.acked + Math.floor(((ring.end - queue.acked) * ackPercent) / 100));
      }
      while (!queue.isSettled) queue.ack(ring.end);
      assert.equal(ring.end, written);
    });
    fc.assert(property);
  });

  it('asks to stop reading while the next chunk might not fit', () => {
    const queue = new PipeQueue(new Ring(capacity));
    queue.append(Buffer.alloc(capacity - 64 * 1024 + 1));
    const before = queue.isFull;
    queue.ack(1);
    assert.deepEqual([before, queue.isFull], [true, false]);
  });

  it('never takes an acknowledgement back or beyond what was written', () => {
    const queue = new PipeQueue(new Ring(capacity));
    queue.append(Buffer.alloc(100));
    const acked = [50, 20, 1000].map((seq) => {
      queue.ack(seq);
      return queue.acked;
    });
    assert.deepEqual(acked, [50, 50, 100]);
  });
});
