import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StatusQuery } from './statusQuery.ts';

const byBell = '\u001b]7501;?\u0007';
const byTerminator = '\u001b]7501;?\u001b\\';

function answersOf(chunks: readonly Buffer[]): string {
  const query = new StatusQuery();
  return chunks.flatMap((chunk) => query.scan(chunk)).join('');
}

describe('the status query', () => {
  it('is answered with its own bytes wherever the output is cut', () => {
    const text = `a${byBell}\u001b[31mb${byTerminator}\u001b]7501;state=idle\u0007${byBell}c`;
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const chunks = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ];
        assert.equal(answersOf(chunks), byBell + byTerminator + byBell, `${first} ${second}`);
      }
    }
  });

  it('is answered as often in pieces as in one', () => {
    const part = fc.constantFrom(byBell, byTerminator, '\u001b]7501;?', '\u001b', '\\', ']', 'x');
    const property = fc.property(fc.array(part), fc.array(fc.nat(400)), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      );
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.equal(answersOf(pieces), answersOf([bytes]));
    });
    fc.assert(property);
  });

  it('is not seen in a report, in another sequence or in an unfinished one', () => {
    const others = [
      '\u001b]7501;state=working:app=x\u0007',
      '\u001b]7501;?x',
      ']7501;?\u0007',
      '\u001b]7501;?',
    ];
    assert.equal(answersOf([Buffer.from(others.join(' '))]), '');
  });
});
