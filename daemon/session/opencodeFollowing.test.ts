import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createMemorySessions } from '../../test/support/memorySessions.ts';
import type { MemorySessions } from '../../test/support/memorySessions.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import { until } from '../../test/flow/sessionHome.ts';
import { OpencodeFollowing } from './opencodeFollowing.ts';

const own = aRow().id;
const password = 'p'.repeat(64);

describe('following opencode', () => {
  let server: Server;
  let streams: ServerResponse[];
  let lists: Record<string, unknown>;
  /** How often it does not come to an answer. */
  let cuts: number;
  let memory: MemorySessions;
  let following: OpencodeFollowing;

  beforeEach(async () => {
    streams = [];
    cuts = 0;
    lists = { '/session/status': {}, '/permission': [] };
    const wanted = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`;
    server = createServer((request, response) => {
      if (request.headers.authorization !== wanted) return void response.writeHead(401).end();
      const isCut = request.url === '/session/status' && (cuts -= 1) >= 0;
      if (isCut) return void request.socket.destroy();
      if (request.url !== '/event')
        return void response.end(JSON.stringify(lists[request.url ?? '']));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      streams.push(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const argv = ['/bin/opencode', '--port', String(port)];
    const row = aRow({ agent: 'opencode', status: 'running', generation: 1, argv });
    memory = await createMemorySessions([row]);
    following = new OpencodeFollowing({ ...memory, hooks: { passwordOf: () => password } });
    following.begin();
  });
  afterEach(async () => {
    following.dispose();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  const send = (type: string, properties: object): void => {
    for (const one of streams) one.write(`data: ${JSON.stringify({ type, properties })}\n\n`);
  };
  const status = (type: string): void =>
    send('session.status', { sessionID: 's', status: { type } });
  const untilState = (state: string): Promise<void> =>
    until(
      () => memory.sessions.get(own).attention.state === state,
      () => `${state}, not ${JSON.stringify(memory.sessions.get(own).attention)}`,
    );

  it('makes its events the state of the session', async () => {
    await untilState('idle');
    status('busy');
    await untilState('working');
    send('permission.asked', { id: 'p', permission: 'bash', patterns: ['ls'] });
    await untilState('asking');
    send('permission.replied', { requestID: 'p' });
    await untilState('working');
    status('idle');
    await untilState('finished');
  });

  it('comes back when the stream breaks off, and asks what it missed', async () => {
    await untilState('idle');
    lists['/session/status'] = { s: { type: 'busy' } };
    lists['/permission'] = [{ id: 'p', permission: 'edit' }];
    streams.splice(0)[0]?.destroy();
    await untilState('asking');
    assert.equal(memory.sessions.get(own).attention.sentence, 'wants to use edit');
    await until(() => streams.length === 1, 'one stream again');
  });

  it('asks again when it is too busy to answer, so that nobody waits for its next event', async () => {
    cuts = 2;
    await untilState('idle');
    assert.ok(cuts < 0);
    await until(() => streams.filter(({ destroyed }) => !destroyed).length === 1, 'one stream');
  });

  it('ends with the process, and begins anew with the next one', async () => {
    await untilState('idle');
    await memory.sessions.change(own, () => ({ status: 'ended' }));
    await until(() => streams[0]?.destroyed === true, 'the stream is closed');
    await memory.sessions.change(own, () => ({ status: 'running', generation: 2 }));
    await until(() => streams.length === 2, 'another stream');
  });

  it('is not misled by what is no event', async () => {
    await untilState('idle');
    for (const one of streams) one.write('data: {\n\ndata: 7\n\ndata: null\n\ndata: []\n\n');
    status('busy');
    await untilState('working');
  });
});
