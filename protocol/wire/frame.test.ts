import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from './frame.ts';
import { FrameDecoder, decodeFrame, encodeFrame, frameKinds, framePayloadMax } from './frame.ts';

const frameArbitrary: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...frameKinds),
  flags: fc.constant(0),
  channel: fc.nat({ max: 0xffffffff }),
  generation: fc.nat({ max: 0xffffffff }),
  seq: fc.maxSafeNat(),
  payload: fc.uint8Array({ maxLength: 300 }),
});

const fuzzRuns = process.env.WAGGLE_TEST_LONG === '1' ? 1_000_000 : 20_000;

function plain(frame: Frame): object {
  return { ...frame, payload: [...frame.payload] };
}

describe('frame', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(frameArbitrary, (frame) => {
        const decoded = decodeFrame(encodeFrame(frame));
        assert.ok(typeof decoded !== 'string', String(decoded));
        assert.deepEqual(plain(decoded), plain(frame));
      }),
    );
  });

  it('cuts a stream into the same frames wherever the chunks end', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(frameArbitrary, { maxLength: 8 }), cuts, (frames, sizes) => {
        const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
        const decoder = new FrameDecoder();
        const seen: object[] = [];
        for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          const decoded = decoder.push(bytes.subarray(offset, offset + size));
          assert.ok(typeof decoded !== 'string', String(decoded));
          seen.push(...decoded.map((frame) => plain({ ...frame, payload: frame.payload.slice() })));
          offset += size;
        }
        assert.deepEqual(
          { seen, pending: decoder.pendingBytes },
          { seen: frames.map(plain), pending: 0 },
        );
      }),
    );
  });

  it('answers any bytes with a frame or a fault and never throws', () => {
    const nearlyValid = fc
      .tuple(fc.uint8Array({ minLength: 20, maxLength: 40 }), fc.boolean())
      .map(([bytes, startsRight]) => {
        if (startsRight) bytes.set([0x57, 1]);
        return bytes;
      });
    fc.assert(
      fc.property(nearlyValid, (bytes) => {
        const decoded = decodeFrame(bytes);
        const pushed = new FrameDecoder().push(bytes);
        assert.ok(typeof decoded === 'string' || decoded.payload.length === bytes.length - 24);
        assert.ok(typeof pushed === 'string' || Array.isArray(pushed));
      }),
      { numRuns: fuzzRuns },
    );
  });

  it('names the fault of each broken header', () => {
    const good = encodeFrame({ kind: 'output', payload: Uint8Array.of(1, 2, 3) });
    const broken = (change: (bytes: Buffer) => void): unknown => {
      const bytes = Buffer.from(good);
      change(bytes);
      return decodeFrame(bytes);
    };
    assert.deepEqual(
      [
        broken((bytes) => bytes.writeUInt8(0, 0)),
        broken((bytes) => bytes.writeUInt8(9, 1)),
        broken((bytes) => bytes.writeUInt8(0, 2)),
        broken((bytes) => bytes.writeUInt8(frameKinds.length + 1, 2)),
        broken((bytes) => bytes.writeUInt8(1, 3)),
        broken((bytes) => bytes.writeUInt32LE(framePayloadMax + 1, 4)),
        broken((bytes) => bytes.writeUInt32LE(0x80000000, 4)),
        broken((bytes) => bytes.writeUInt32LE(2, 4)),
        broken((bytes) => bytes.writeDoubleLE(-1, 16)),
        broken((bytes) => bytes.writeDoubleLE(Number.NaN, 16)),
        broken((bytes) => bytes.writeDoubleLE(0.5, 16)),
        decodeFrame(good.subarray(0, 23)),
      ],
      [
        'badMagic',
        'badVersion',
        'unknownKind',
        'unknownKind',
        'badFlags',
        'tooLong',
        'tooLong',
        'badLength',
        'badSeq',
        'badSeq',
        'badSeq',
        'badLength',
      ],
    );
  });

  it('stays faulty after a fault, so that nothing behind garbage is taken for a frame', () => {
    const decoder = new FrameDecoder();
    const good = encodeFrame({ kind: 'ack', seq: 5 });
    assert.deepEqual(
      [decoder.push(new Uint8Array(24)), decoder.push(good)],
      ['badMagic', 'badMagic'],
    );
  });

  it('never holds more than one header and one payload of an unfinished frame', () => {
    const decoder = new FrameDecoder();
    const frame = encodeFrame({ kind: 'output', payload: new Uint8Array(framePayloadMax) });
    decoder.push(frame.subarray(0, frame.length - 1));
    assert.equal(decoder.pendingBytes, frame.length - 1);
  });
});
