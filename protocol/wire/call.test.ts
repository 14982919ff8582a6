import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallAssembler, encodeCall } from './call.ts';
import { FrameDecoder, framePayloadMax } from './frame.ts';
import type { Frame } from './frame.ts';

function decode(frames: readonly Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder();
  return frames.flatMap((bytes) => {
    const decoded = decoder.push(bytes);
    if (typeof decoded === 'string') throw new Error(decoded);
    return decoded;
  });
}

describe('a call', () => {
  it('of any length arrives as it was, split only when it must be', () => {
    const lengths = fc.oneof(fc.nat(100), fc.nat(3 * framePayloadMax));
    const property = fc.property(lengths, (length) => {
      const message = { text: 'é'.repeat(length / 2) };
      const frames = decode(encodeCall(message));
      const assembler = new CallAssembler(10 * framePayloadMax);
      const texts = frames.map((frame) => assembler.push(frame));
      assert.deepEqual(JSON.parse(String(texts.pop())), message);
      assert.ok(texts.every((text) => text === undefined));
    });
    fc.assert(property, { numRuns: 30 });
  });

  it('that announces more than allowed is refused before it is collected', () => {
    const [frame] = decode(encodeCall({}));
    assert.ok(frame);
    const assembler = new CallAssembler(1000);
    assert.deepEqual(assembler.push({ ...frame, seq: 2 ** 50 }), { fault: 'tooLong' });
    assert.deepEqual(assembler.push({ ...frame, payload: new Uint8Array(1001) }), {
      fault: 'tooLong',
    });
  });

  it('follows another on the same connection', () => {
    const assembler = new CallAssembler(framePayloadMax * 4);
    const long = { text: 'x'.repeat(framePayloadMax) };
    const frames = decode([...encodeCall(long), ...encodeCall({ id: 2 })]);
    const texts = frames.map((frame) => assembler.push(frame));
    assert.deepEqual(texts, [undefined, JSON.stringify(long), '{"id":2}']);
  });
});
