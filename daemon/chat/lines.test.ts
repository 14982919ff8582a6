import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lines } from './lines.ts';

function read(pieces: readonly Uint8Array[], maxBytes: number): string[] {
  const lines = new Lines(undefined, maxBytes);
  const told: string[] = [];
  const sink = { line: (text: string) => told.push(text), dropped: () => told.push('dropped') };
  for (const piece of pieces) lines.push(piece, sink);
  lines.finish(sink);
  return told;
}

describe('lines of an agent', () => {
  it('are the same however they are cut, and go on where they were kept', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => `a${text.replaceAll('\n', ' ')}b`);
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(200)), (wanted, cuts) => {
        const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(''));
        const told: string[] = [];
        const sink = { line: (text: string) => told.push(text), dropped: () => assert.fail() };
        let lines = new Lines();
        let from = 0;
        for (const cut of [...cuts, bytes.length]) {
          lines.push(bytes.subarray(from, from + cut), sink);
          from += cut;
          lines = new Lines({ bytes: lines.carried(), isDropping: false });
        }
        assert.deepEqual(told, wanted);
      }),
    );
  });

  it('leave out one that is too long, and read the next', () => {
    const bytes = Buffer.from(`one\n${'x'.repeat(5000)}\ntwo\nend`);
    const pieces = Array.from({ length: 60 }, (_, at) => bytes.subarray(at * 100, at * 100 + 100));
    assert.deepEqual(read(pieces, 1000), ['one', 'dropped', 'two', 'end']);
  });

  it('are none when nothing stands in them', () => {
    assert.deepEqual(read([Buffer.from('\n\r\n  \n')], 100), []);
  });
});
