import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type WebSocket from 'ws';
import { z } from 'zod';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { closeCodes } from '../../protocol/wire/hello.ts';
import { closedError } from './closed.ts';
import { EarlyFrames } from './earlyFrames.ts';
import { withoutNewer } from './introduced.ts';
import { OpenLink } from './openLink.ts';

const sessionId = sessionIdSchema.parse('0198c0de-0000-7000-8000-000000000001');

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

  it('refuses a request that would cost the connection, and sends nothing of it', async () => {
    const sent: string[] = [];
    const socket = Object.assign(new EventEmitter(), {
      ...{ readyState: 1, bufferedAmount: 0, close: () => undefined },
      send: (message: string) => void sent.push(message),
    });
    const link = new OpenLink(socket as unknown as WebSocket, {
      ...{ protocol: 99, serverVersion: '1', endpoint: 'e', pid: 1, startTime: 1 },
      ...{ principal: 'owner', connectionId: 'c', transport: 'local' },
    });
    const other = link.call('chat/list', {});
    // Fewer characters than it may have bytes.
    const text = '字'.repeat(360_000);
    const tooLarge = link.call('chat/setDraft', { sessionId, text }, { timeoutMs: 100 });
    await assert.rejects(tooLarge, { code: 'limitReached' });
    assert.deepEqual([sent.length, link.isClosed], [1, false]);
    link.dispose();
    await assert.rejects(other);
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
