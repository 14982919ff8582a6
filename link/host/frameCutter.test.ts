import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from '../../protocol/wire/frame.ts';
import { encodeFrame, frameKinds, framePayloadMax } from '../../protocol/wire/frame.ts';
import { FrameCutter } from './frameCutter.ts';

const frameArbitrary: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...frameKinds),
  flags: fc.constant(0),
  channel: fc.nat({ max: 0xffffffff }),
  generation: fc.nat({ max: 0xffffffff }),
  seq: fc.nat({ max: 2 ** 40 }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

/** Pieces of output that follow each other become one again; everything else must come whole. */
function rejoin(frames: readonly Frame[], wanted: readonly Frame[]): object[] {
  const rest = [...frames];
  return wanted.map(({ kind, payload }) => {
    const { kind: seenKind, channel, generation, seq, payload: first } = rest.shift() ?? {};
    const bytes = [...(first ?? [])];
    while (kind === 'output' && bytes.length < payload.length) {
      const piece = rest.shift();
      assert.equal(piece?.seq, (seq ?? 0) + bytes.length);
      bytes.push(...piece.payload);
    }
    return { kind: seenKind, channel, generation, seq, bytes };
  });
}

/** As a socket does it: each chunk lies in the same memory. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Frame[] {
  const seen: Frame[] = [];
  const cutter = new FrameCutter((frame) =>
    seen.push(frame.kind === 'output' ? { ...frame, payload: frame.payload.slice() } : frame),
  );
  const memory = Buffer.alloc(100);
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const chunk = bytes.subarray(offset, offset + size);
    memory.set(chunk);
    assert.equal(cutter.push(memory.subarray(0, chunk.length)), undefined);
    offset += size;
  }
  return seen;
}

describe('the cutter of a host’s bytes', () => {
  it('gives the same frames wherever the chunks end, though their memory is overwritten', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(frameArbitrary, { maxLength: 8 }), cuts, (frames, sizes) => {
        const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
        const wanted = frames.map(({ kind, channel, generation, seq, payload }) => ({
          ...{ kind, channel, generation, seq },
          bytes: [...payload],
        }));
        assert.deepEqual(rejoin(cut(bytes, sizes), frames), wanted);
      }),
    );
  });

  it('hands output on before its frame is complete', () => {
    const seen: number[] = [];
    const cutter = new FrameCutter(({ seq, payload }) => seen.push(seq, payload.length));
    const frame = encodeFrame({ kind: 'output', seq: 7, payload: new Uint8Array(1000) });
    cutter.push(frame.subarray(0, 124));
    assert.deepEqual(seen, [7, 100]);
    cutter.push(frame.subarray(124));
    assert.deepEqual(seen, [7, 100, 107, 900]);
  });

  it('names a fault and stays faulty', () => {
    const cutter = new FrameCutter(() => assert.fail('no frame'));
    const long = encodeFrame({ kind: 'output' });
    new DataView(long.buffer).setUint32(4, framePayloadMax + 1, true);
    assert.equal(cutter.push(long), 'tooLong');
    assert.equal(cutter.push(encodeFrame({ kind: 'ack', seq: 1 })), 'tooLong');
  });
});
