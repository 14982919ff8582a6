import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CallAssembler, encodeCall } from '../../protocol/wire/call.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { FrameDecoder } from '../../protocol/wire/frame.ts';
import { parseRpc } from '../../protocol/wire/rpc.ts';
import { makeProof } from '../proof/proof.ts';
import { createHostTransport } from './stream.ts';

const key = 'k'.repeat(64);
const nonceSchema = z.object({ nonce: z.string().default('') });
const opened = {
  ...{ channel: 1, generation: 0, start: 0, liveAt: 0, size: { cols: 80, rows: 24 } },
  ...{ writer: null, approximate: false, exit: null, lastInput: 0 },
};

/** A host that takes every channel back in the write that grants it. */
function listen(endpoint: string): Server {
  const server = { endpoint, pid: process.pid, startTime: 1 };
  const answer = (method: string, nonce: string): object => {
    if (method === 'connection/auth') return { principal: 'client', connectionId: 'one' };
    if (method === 'host/attach') return opened;
    return { ...server, protocol: 1, serverVersion: 'test', proof: makeProof(key, nonce, server) };
  };
  return createServer((socket) => {
    const decoder = new FrameDecoder();
    const calls = new CallAssembler(65_536);
    socket.on('data', (chunk) => {
      const frames = decoder.push(chunk);
      for (const frame of typeof frames === 'string' ? [] : frames) {
        const parsed = parseRpc(String(calls.push(frame)));
        assert.equal(parsed.role, 'request');
        const { id, method, params } = parsed.message;
        const { nonce } = nonceSchema.parse(params);
        const messages: object[] = [{ jsonrpc: '2.0', id, result: answer(method, nonce) }];
        const closed = { channel: 1, reason: 'revoked' };
        if (method === 'host/attach') {
          messages.push({ jsonrpc: '2.0', method: 'host/channelClosed', params: closed });
        }
        socket.write(Buffer.concat(messages.flatMap((message) => encodeCall(message))));
      }
    });
  }).listen(endpoint);
}

describe('the way to a pty host', () => {
  it('tells of a channel that was closed in the breath in which it was opened', async function () {
    if (process.platform === 'win32') this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'waggle-way-'));
    const socket = join(folder, 'host.sock');
    const server = listen(socket);
    try {
      const route = { socket, key, ticket: '0'.repeat(64), pid: process.pid, startTime: 1 };
      const transport = createHostTransport({ ...route, clientId: 'me', kind: 'test' });
      const { signal } = new AbortController();
      const opening = transport.open({ pace: 'interactive', signal });
      const outcome = await opening.then((channel) => (channel.dispose(), 'open'), errorCodeOf);
      assert.equal(outcome, 'forbidden');
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
