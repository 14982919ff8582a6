import assert from 'node:assert/strict';
import { framePayloadMax } from '../../protocol/wire/frame.ts';
import { Output } from './output.ts';
import { SendBuffers, sendBuffers } from './sendBuffers.ts';

const state = { size: { cols: 80, rows: 24 }, lease: null };

describe('the memory of what is being sent', () => {
  it('is used again once the last user gave it back', () => {
    const buffers = new SendBuffers();
    const first = buffers.take(100_000);
    buffers.retain(first);
    buffers.release(first);
    assert.notEqual(buffers.take(100_000).buffer, first.buffer);
    buffers.release(first);
    const again = buffers.take(framePayloadMax);
    assert.deepEqual([again.buffer === first.buffer, again.length], [true, framePayloadMax]);
    buffers.release(first);
    buffers.release(first);
    assert.equal(buffers.take(50_000).buffer, first.buffer);
    assert.notEqual(buffers.take(50_000).buffer, first.buffer);
  });

  it('leaves small pieces and what is not its own alone', () => {
    const buffers = new SendBuffers();
    const small = buffers.take(100);
    buffers.release(small);
    buffers.release(new Uint8Array(framePayloadMax));
    assert.notEqual(buffers.take(100_000).buffer, small.buffer);
  });

  it('is not overwritten while another client still sends it', () => {
    const output = new Output('pty', 1 << 20, state);
    const bytes = 100_000;
    output.append(new Uint8Array(bytes).fill(1));
    const [fast, slow] = [output.share(0, bytes), output.share(0, bytes)];
    assert.equal(fast, slow);
    sendBuffers.release(fast);
    for (let from = bytes; from < 20 * bytes; from += bytes) {
      output.append(new Uint8Array(bytes).fill(2));
      sendBuffers.release(output.share(from, from + bytes));
    }
    assert.ok(slow.every((byte) => byte === 1));
  });
});
