import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { LaneOutput } from './laneOutput.ts';

describe('the output of suites that run beside others', () => {
  it('waits for its turn, then comes whole, in order and at once', () => {
    let shown = '';
    const output = new LaneOutput((chunk) => (shown += Buffer.from(chunk).toString()));
    const stream = new PassThrough();
    output.read(stream);
    stream.write('one ');
    stream.write('two ');
    stream.resume();
    assert.equal(shown, '');
    output.show();
    assert.equal(shown, 'one two ');
    stream.write('three');
    assert.equal(shown, 'one two three');
  });
});
