import assert from 'node:assert/strict';
import type { Principal } from '../feature.ts';
import { LegacySessions } from './legacySessions.ts';
import * as sdk from './sdk.ts';

const minuteMs = 60_000;

describe('sessions of older clients', () => {
  let now: number;
  let sessions: LegacySessions;
  beforeEach(() => {
    now = 0;
    sessions = new LegacySessions({
      sdk,
      clock: { monotonicMs: () => now },
      createServer: () =>
        new sdk.Server(
          { name: 'test', version: '1' },
          { capabilities: {}, supportedProtocolVersions: ['2025-11-25'] },
        ),
    });
  });
  afterEach(() => sessions.dispose());

  const ask = async (id: string, body: unknown, session?: string): Promise<Response> => {
    const principal: Principal = { id, kind: 'connector', right: 'self' };
    const headers = {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      ...(session === undefined ? {} : { 'Mcp-Session-Id': session }),
    };
    const request = new Request('http://127.0.0.1/mcp', { method: 'POST', headers });
    const response = await sessions.answer(request, body, {
      principal,
      folder: undefined,
      signal: new AbortController().signal,
    });
    await response.text();
    return response;
  };
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
  const open = async (id: string): Promise<string> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    const response = await ask(id, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
    return response.headers.get('mcp-session-id') ?? '';
  };

  it('are one token’s alone, and end with it', async () => {
    const session = await open('one');
    assert.equal((await ask('one', ping, session)).status, 200);
    assert.equal((await ask('two', ping, session)).status, 404);
    const other = await open('two');
    sessions.endOf('one');
    assert.equal((await ask('one', ping, session)).status, 404);
    assert.equal((await ask('two', ping, other)).status, 200);
  });

  it('end after half an hour without use', async () => {
    const session = await open('one');
    now += 29 * minuteMs;
    assert.equal((await ask('one', ping, session)).status, 200);
    now += 29 * minuteMs;
    assert.equal(sessions.count, 1);
    now += minuteMs;
    assert.equal(sessions.count, 0);
    assert.equal((await ask('one', ping, session)).status, 404);
  });

  it('of one token are so many and no more: the one used longest ago gives way', async () => {
    const first = await open('one');
    const other = await open('two');
    for (let more = 0; more < 32; more += 1) {
      now += 1;
      await open('one');
    }
    assert.equal(sessions.count, 33);
    assert.equal((await ask('one', ping, first)).status, 404);
    assert.equal((await ask('two', ping, other)).status, 200);
  });

  it('begin with a handshake', async () => {
    assert.equal((await ask('one', ping)).status, 400);
    assert.equal(sessions.count, 0);
  });
});
