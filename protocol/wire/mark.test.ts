import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeGap,
  decodeInputOutcome,
  decodeJson,
  decodeSize,
  encodeGap,
  encodeInputOutcome,
  encodeJson,
  encodeSize,
  exitMarkSchema,
  inputOutcomes,
} from './mark.ts';

describe('mark', () => {
  it('carries sizes, gaps, outcomes and exits', () => {
    assert.deepEqual(
      [
        decodeSize(encodeSize({ cols: 120, rows: 40 })),
        decodeGap(encodeGap(2 ** 40)),
        inputOutcomes.map((outcome) => decodeInputOutcome(encodeInputOutcome(outcome))),
        decodeJson(encodeJson({ code: 7, signal: null, background: 0 }), exitMarkSchema),
      ],
      [
        { cols: 120, rows: 40 },
        2 ** 40,
        [...inputOutcomes],
        { code: 7, signal: null, background: 0 },
      ],
    );
  });

  it('refuses sizes of nothing and of a hundred thousand columns', () => {
    assert.deepEqual(
      [
        decodeSize(encodeSize({ cols: 0, rows: 5 })),
        decodeSize(Uint8Array.of(255, 255, 5, 0)),
        decodeSize(Uint8Array.of(1)),
      ],
      [undefined, undefined, undefined],
    );
  });

  it('answers any payload with a value or undefined', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (payload) => {
        decodeSize(payload);
        decodeInputOutcome(payload);
        const gap = decodeGap(payload);
        assert.ok(gap === undefined || gap >= 0);
        const exit = decodeJson(payload, exitMarkSchema);
        assert.ok(exit === undefined || exit.background >= 0);
      }),
    );
  });
});
