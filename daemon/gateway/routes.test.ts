import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Principal } from '../feature.ts';
import { silentLogger } from '../log/log.ts';
import type { Gateway, Route } from './gateway.ts';
import { createGateway } from './gateway.ts';

const sessionId = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');
const agent: Principal = { id: 'agent', kind: 'session', right: 'self', sessionId };
const token = 'a'.repeat(64);

describe('routes with a body', () => {
  let gateway: Gateway;
  let port: number;
  let taken: unknown[];
  const route = (path: string, right: Route['right']): Route => ({
    method: 'POST',
    path,
    right,
    run: ({ part, body, principal }) => {
      taken.push([part, body, principal?.id]);
      return { status: 200, body: {} };
    },
  });

  beforeEach(async () => {
    taken = [];
    gateway = createGateway({
      authority: {
        prove: () => undefined,
        authenticate: () => undefined,
        findBearer: (hex) => (hex === token ? agent : undefined),
        isSpent: () => false,
      },
      guard: { waitMs: () => 0, fail: () => undefined },
      identity: { version: 'test', pid: process.pid, startTime: 1 },
      log: silentLogger,
      clock: { now: () => 0, monotonicMs: () => 0 },
    });
    gateway.serve(new Map(), [route('/things/*', 'self'), route('/persons', 'person')]);
    port = (await gateway.listenTcp([0])) ?? 0;
  });
  afterEach(() => gateway.stop(100));

  /** The status of the answer; 0 when the gateway just closed. */
  function post(path: string, body: string, headers: readonly string[] = []): Promise<number> {
    const isChunked = headers.some((line) => line.startsWith('Transfer-Encoding'));
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Content-Type: application/json',
      'Connection: close',
      ...(isChunked ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
      ...(headers.some((line) => line.startsWith('Authorization'))
        ? []
        : [`Authorization: Bearer ${token}`]),
      ...headers,
    ];
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)));
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    });
  }

  it('get the part of the path that is theirs, the body and who asks', async () => {
    assert.equal(await post('/things/one?generation=1', '{"a":[1]}'), 200);
    assert.deepEqual(taken, [['one', { a: [1] }, 'agent']]);
  });

  it('exist for one part alone, and only for whoever has the right', async () => {
    const wrong = ['Authorization: Bearer ' + 'b'.repeat(64)];
    assert.deepEqual(
      [
        await post('/things/', '{}'),
        await post('/things', '{}'),
        await post('/things/one/two', '{}'),
        await post('/persons', '{}'),
        await post('/things/one', '{}', wrong),
        await post('/things/one', '{}', ['Origin: http://evil.example']),
      ],
      [404, 404, 404, 403, 401, 403],
    );
    assert.deepEqual(taken, []);
  });

  it('are not called with what is no JSON or too long, however it is sent', async () => {
    const huge = 'x'.repeat(10 * 1024 * 1024);
    const chunked = `${huge.length.toString(16)}\r\n${huge}\r\n0\r\n\r\n`;
    assert.deepEqual([await post('/things/one', '{'), await post('/things/one', 'x')], [400, 400]);
    assert.ok([0, 413].includes(await post('/things/one', huge)));
    assert.ok(
      [0, 413].includes(await post('/things/one', chunked, ['Transfer-Encoding: chunked'])),
    );
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    assert.equal(await post('/things/one', deep), 200);
    assert.equal(taken.length, 1);
    assert.equal(await post('/things/two', `{"a":"${'y'.repeat(200_000)}"}`), 200);
  });
});
