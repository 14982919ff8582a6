import assert from 'node:assert/strict';
import type { ChannelLink, ChannelOwner } from './channel.ts';
import { Channel } from './channel.ts';
import { Output } from './output.ts';

const MIB = 1024 * 1024;
const link: ChannelLink = { offer: () => 0, answer: () => undefined, close: () => undefined };
const owner: ChannelOwner = {
  link,
  number: 1,
  client: 'window-1',
  principal: 'owner',
  right: 'write',
  pace: 'interactive',
  ticket: undefined,
  isControl: false,
};

/** Bytes of output that the channel gives away now. */
function take(channel: Channel): number {
  let bytes = 0;
  while (channel.isReady) {
    const sent = channel.take(MIB).reduce((sum, [, payload]) => sum + payload.length, 0);
    if (sent === 0) break;
    bytes += sent;
  }
  return bytes;
}

describe('the channel of a client', () => {
  it('sends the newest of a pause, once, to who has not said how far it is', () => {
    const output = new Output('pty', 2 * MIB, { size: { cols: 80, rows: 24 }, lease: null });
    const channel = new Channel(owner, output, {
      generation: 0,
      seq: 0,
      gapFrom: undefined,
      screen: undefined,
    });
    output.append(Buffer.alloc(MIB, 'a\n'));
    assert.ok(take(channel) >= MIB);
    output.append(Buffer.alloc(MIB, 'b\n'));
    assert.equal(take(channel), 0);
    assert.equal(channel.makeRoom(), true);
    const newest = take(channel);
    assert.ok(newest > 0 && newest <= 80 * 1024, `${newest}`);
    assert.equal(channel.lagBytes, 0);
    assert.equal(channel.makeRoom(), false);
  });

  it('sends no more than that in later pauses until the client says something', () => {
    const output = new Output('pty', 2 * MIB, { size: { cols: 80, rows: 24 }, lease: null });
    const channel = new Channel(owner, output, {
      generation: 0,
      seq: 0,
      gapFrom: undefined,
      screen: undefined,
    });
    let unread = 0;
    for (let pause = 0; pause < 10; pause += 1) {
      output.append(Buffer.alloc(MIB, 'a\n'));
      unread += take(channel);
      channel.makeRoom();
      unread += take(channel);
    }
    assert.ok(unread <= MIB + 80 * 1024, `${unread}`);
    channel.ack(0, output.ring.end);
    output.append(Buffer.alloc(2 * MIB, 'b\n'));
    assert.ok(take(channel) > 0);
    output.append(Buffer.alloc(2 * MIB, 'c\n'));
    take(channel);
    assert.equal(channel.makeRoom(), true);
  });
});
