import assert from 'node:assert/strict';
import type { ChannelSink } from '../feature.ts';
import { Channels } from './channels.ts';

describe('the channels of a connection', () => {
  /** A sink, and a promise of its end. */
  function aSink(): { sink: ChannelSink; closed: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { sink: { receive: () => undefined, closed: resolve }, closed: promise };
  }

  it('end with it, also one that is opened when it is gone already', async () => {
    const channels = new Channels({ backlogBytes: 0, sendBytes: () => undefined });
    const early = aSink();
    channels.open(early.sink);
    channels.closeAll();
    await early.closed;
    const late = aSink();
    const channel = channels.open(late.sink);
    await late.closed;
    assert.equal(channel.send({ kind: 'output' }), true);
  });
});
