import assert from 'node:assert/strict';
import { z } from 'zod';
import { closeCodes } from '../../protocol/wire/hello.ts';
import { closedError } from './closed.ts';
import { EarlyFrames } from './earlyFrames.ts';
import { withoutNewer } from './introduced.ts';

describe('a link to the daemon', () => {
  it('leaves out of a request what the agreed version does not know', () => {
    const schema = z.strictObject({
      name: z.string(),
      colour: z.string().optional().meta({ introducedIn: 2 }),
      shape: z.string().optional().meta({ introducedIn: 3 }),
    });
    const params = { name: 'n', colour: 'c', shape: 's' };
    assert.deepEqual(
      [1, 2, 3].map((agreed) => withoutNewer(schema, params, agreed)),
      [{ name: 'n' }, { name: 'n', colour: 'c' }, params],
    );
    assert.equal(withoutNewer(z.string(), 'text', 1), 'text');
  });

  it('knows what each close code means', () => {
    const codes = [...Object.values(closeCodes), 1001, 1006].map((code) => closedError(code).code);
    assert.deepEqual(codes, [
      'badFrame',
      'unauthenticated',
      'forbidden',
      'limitReached',
      'conflict',
      'rateLimited',
      'stopped',
      'daemonUnreachable',
    ]);
  });

  it('keeps early frames per channel in order, and only so many', () => {
    const early = new EarlyFrames();
    const frame = (channel: number, seq: number, bytes = 1) => ({
      kind: 'output' as const,
      flags: 0,
      channel,
      generation: 0,
      seq,
      payload: new Uint8Array(bytes),
    });
    for (const [channel, seq] of [
      [1, 1],
      [2, 2],
      [1, 3],
    ] as const)
      assert.equal(early.keep(frame(channel, seq)), true);
    assert.deepEqual(
      early.take(1).map(({ seq }) => seq),
      [1, 3],
    );
    assert.deepEqual(early.take(1), []);
    assert.equal(early.keep(frame(3, 4, 9 * 1024 * 1024)), false);
  });
});
