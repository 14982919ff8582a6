import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect as connectNet } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaemonLink, LinkClosed } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { ensureHome, homePaths, replacePrivateFile } from '../../link/home/home.ts';
import type { HomePaths } from '../../link/home/home.ts';
import { makeProof } from '../../link/proof/proof.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { WaggleError, errorCodeOf } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import type { Clock } from '../context.ts';
import type { Caller, Channel, Principal } from '../feature.ts';
import { silentLogger } from '../log/log.ts';
import type { AnyHandler, Authority, Gateway } from './gateway.ts';
import { createGateway } from './gateway.ts';

const secret = 'c'.repeat(64);
const own = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');
const other = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c');
const principals: Record<string, Principal> = {
  owner: { id: 'owner', kind: 'owner', right: 'owner' },
  person: { id: 'person', kind: 'session', right: 'person', sessionId: other },
  agent: { id: 'agent', kind: 'session', right: 'self', sessionId: own },
};
const authority: Authority = {
  prove: (id, nonce, server) =>
    principals[id] === undefined ? undefined : makeProof(secret, nonce, server),
  authenticate: (id) => principals[id],
  findBearer: () => undefined,
  isSpent: () => false,
};

describe('the gateway', () => {
  let directory: string;
  let paths: HomePaths;
  let gateway: Gateway;
  let now: number;
  let links: DaemonLink[];
  const clock: Clock = { now: () => 0, monotonicMs: () => now };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-g-'));
    paths = homePaths(join(directory, 'data'));
    ensureHome(paths);
    replacePrivateFile(paths.ownerTokenFile, secret);
    now = 0;
    links = [];
    gateway = createGateway({
      authority,
      guard: { waitMs: () => 0, fail: () => undefined },
      identity: { version: 'test', pid: process.pid, startTime: 1 },
      log: silentLogger,
      clock,
    });
  });
  afterEach(async () => {
    for (const link of links) link.dispose();
    await gateway.stop(200);
    rmSync(directory, { recursive: true });
  });

  async function serve(handlers: Record<string, AnyHandler>): Promise<void> {
    gateway.serve(new Map(Object.entries(handlers)));
    await gateway.listenLocal(socketPath());
  }
  const socketPath = (): string => join(paths.runDir, 'waggled.sock');

  async function openedSocket(): Promise<Socket> {
    const socket = connectNet(socketPath());
    await once(socket, 'connect');
    socket.on('error', () => socket.destroy()).resume();
    return socket;
  }

  async function connect(principal: keyof typeof principals): Promise<DaemonLink> {
    const link = await connectDaemon({
      paths,
      kind: 'test',
      clientId: 'test',
      socket: socketPath(),
      ...(principal === 'owner' ? {} : { token: `${principal}.${secret}` }),
    });
    links.push(link);
    return link;
  }

  const subscribe: AnyHandler = (_params, caller) => {
    caller.subscribe('session');
    return { sessions: [], revision: 0 };
  };

  it('is not given the token when it proves another secret', async () => {
    const shown: string[] = [];
    await gateway.stop(0);
    gateway = createGateway({
      authority: {
        prove: (_id, nonce, server) => makeProof('d'.repeat(64), nonce, server),
        authenticate: (id, token) => {
          shown.push(token);
          return principals[id];
        },
        findBearer: () => undefined,
        isSpent: () => false,
      },
      guard: { waitMs: () => 0, fail: () => undefined },
      identity: { version: 'test', pid: process.pid, startTime: 1 },
      log: silentLogger,
      clock,
    });
    await serve({});
    await assert.rejects(connect('owner'), /not this data directory's daemon/);
    assert.deepEqual(shown, []);
  });

  it('lets whoever knocks early wait until it serves', async () => {
    await gateway.listenLocal(socketPath());
    const early = connect('owner');
    await openedSocket();
    gateway.serve(new Map(Object.entries({ 'session/list': subscribe })));
    const link = await early;
    assert.deepEqual(await link.call('session/list', {}), { sessions: [], revision: 0 });
  });

  it('sends away who waits when it stops before it has served', async () => {
    await gateway.listenLocal(socketPath());
    const socket = await openedSocket();
    const closed = once(socket, 'close');
    await gateway.stop(0);
    await closed;
  });

  it('agrees on the newest version that both speak, and says who has to change where there is none', async () => {
    const speaking = async (min: number, max: number): Promise<DaemonLink> => {
      await gateway.stop(0);
      const identity = { version: 'test', pid: process.pid, startTime: 1, speaks: { min, max } };
      const guard = { waitMs: () => 0, fail: () => undefined };
      gateway = createGateway({ authority, guard, identity, log: silentLogger, clock });
      await serve({});
      return connect('owner');
    };
    assert.equal((await speaking(1, 1)).info.protocol, 1);
    assert.equal((await speaking(1, 99)).info.protocol, protocolVersion);
    await assert.rejects(speaking(98, 99), {
      code: 'clientTooOld',
      message: 'The running daemon (test) is newer than this client.',
      fix: 'Update the Waggle extension.',
    });
    await assert.rejects(speaking(0, 0), {
      code: 'versionMismatch',
      message: 'The running daemon (test) is older than this client.',
      fix: 'waggle daemon restart',
    });
  });

  it('tells a client nothing that its version does not know, also when it is told alone', async () => {
    await gateway.stop(0);
    const identity = {
      ...{ version: 'test', pid: process.pid, startTime: 1 },
      speaks: { min: 1, max: 1 },
    };
    const guard = { waitMs: () => 0, fail: () => undefined };
    gateway = createGateway({ authority, guard, identity, log: silentLogger, clock });
    const list = { needs: [], revision: 7 };
    await serve({
      'attention/list': (_params, caller) => {
        caller.notify('attention/revealed', { sessionId: own });
        caller.notify('attention/changed', list);
        return list;
      },
    });
    const link = await connect('owner');
    const told: string[] = [];
    link.onEvent('attention/revealed', () => told.push('revealed'));
    link.onEvent('attention/changed', () => told.push('changed'));
    await link.call('attention/list', {});
    assert.deepEqual(told, ['changed']);
    await assert.rejects(link.call('attention/next', {}), { code: 'methodNotFound' });
  });

  it('tells a handler once that its caller is gone, also when it is gone already', async () => {
    const told: string[] = [];
    let caller: Caller | undefined;
    await serve({
      'attention/list': (_params, from) => {
        caller = from;
        from.onceClosed(() => told.push('gone'));
        from.onceClosed(() => told.push('never')).dispose();
        return { needs: [], revision: 0 };
      },
    });
    const link = await connect('owner');
    await link.call('attention/list', {});
    const gone = new Promise<void>((resolve) => {
      gateway.onDidChangeClients(() => resolve());
    });
    link.dispose();
    await gone;
    await new Promise<void>((resolve) => void caller?.onceClosed(resolve));
    assert.deepEqual(told, ['gone']);
  });

  it('answers who has to wait without looking at what he brings', async () => {
    await gateway.stop(0);
    let asked = 0;
    gateway = createGateway({
      authority: {
        ...authority,
        prove: (id, nonce, server) => {
          asked += 1;
          return authority.prove(id, nonce, server);
        },
      },
      guard: { waitMs: () => 60_000, fail: () => undefined },
      identity: { version: 'test', pid: process.pid, startTime: 1 },
      log: silentLogger,
      clock,
    });
    await serve({});
    await assert.rejects(connect('owner'), { code: 'rateLimited' });
    assert.equal(asked, 0);
  });

  it('lets each token call what its right covers, by the table alone', async () => {
    const called: string[] = [];
    const note = (name: string, result: object): Record<string, AnyHandler> => ({
      [name]: () => {
        called.push(name);
        return result;
      },
    });
    await serve({
      ...note('session/list', { sessions: [], revision: 0 }),
      ...note('role/list', { roles: [] }),
      ...note('daemon/rotateToken', {}),
    });
    const outcomes: Record<string, string[]> = {};
    for (const principal of ['agent', 'person', 'owner'] as const) {
      const link = await connect(principal);
      const calls = await Promise.allSettled([
        link.call('session/list', {}),
        link.call('role/list', {}),
        link.call('daemon/rotateToken', {}),
      ]);
      outcomes[principal] = calls.map((call) =>
        call.status === 'fulfilled' ? 'ok' : errorCodeOf(call.reason),
      );
    }
    assert.deepEqual(outcomes, {
      agent: ['ok', 'forbidden', 'forbidden'],
      person: ['ok', 'ok', 'forbidden'],
      owner: ['ok', 'ok', 'ok'],
    });
    assert.equal(called.length, 6);
  });

  it('tells events to who subscribed, and an agent only of its own session', async () => {
    await serve({ 'session/list': subscribe });
    const heard: string[] = [];
    for (const principal of ['agent', 'person', 'owner'] as const) {
      const link = await connect(principal);
      link.onEvent('session/deleted', ({ sessionId }) =>
        heard.push(`${principal} ${sessionId === own ? 'own' : 'other'}`),
      );
      if (principal !== 'owner') await link.call('session/list', {});
    }
    gateway.publish('session/deleted', { sessionId: own, revision: 1 }, { sessionId: own });
    gateway.publish('session/deleted', { sessionId: other, revision: 2 }, { sessionId: other });
    gateway.publish('session/deleted', { sessionId: other, revision: 3 });
    // Answers follow events on each connection, so these calls are the mark that all has arrived.
    await Promise.all(links.map((link) => link.call('session/list', {})));
    assert.deepEqual(heard.toSorted(), ['agent own', 'person other', 'person other', 'person own']);
  });

  it('tells all that was published before an answer, in its order, and closes behind it', async () => {
    // More than one read of a socket, so that an answer ahead of it is seen to be.
    const publish = (text: string): void =>
      gateway.publish('daemon/warned', { warnings: [text, 'x'.repeat(500_000)] });
    await serve({
      'session/list': (_params, caller) => {
        caller.subscribe('daemon');
        for (const text of ['first', 'second', 'third']) publish(text);
        return { sessions: [], revision: 0 };
      },
    });
    const link = await connect('person');
    const order: unknown[] = [];
    link.onEvent('daemon/warned', ({ warnings }) => order.push(warnings[0]));
    await link.call('session/list', {});
    order.push('answered');
    const ended = new Promise<LinkClosed>((resolve) => link.onDidClose(resolve));
    publish('last');
    gateway.revoke('person');
    order.push((await ended).code);
    assert.deepEqual(order, ['first', 'second', 'third', 'answered', 'last', 4401]);
  });

  it('turns what a handler throws into a typed error, and the unknown into internal without its text', async () => {
    await serve({
      'session/list': () => {
        throw new WaggleError('notFound', 'no such thing', { fix: 'look elsewhere' });
      },
      'role/list': () => Promise.reject(new TypeError('secret detail')),
      'agent/list': () => ({ agents: 'of another shape' }),
    });
    const link = await connect('owner');
    await assert.rejects(link.call('session/list', {}), {
      code: 'notFound',
      message: 'no such thing',
      fix: 'look elsewhere',
    });
    for (const call of [link.call('role/list', {}), link.call('agent/list', {})]) {
      const error: unknown = await call.catch((reason: unknown) => reason);
      assert.ok(error instanceof WaggleError);
      assert.deepEqual([error.code, error.message.includes('secret')], ['internal', false]);
      assert.match(error.logId ?? '', /^[0-9a-f]{8}$/);
    }
  });

  it('refuses a method that no feature serves', async () => {
    await serve({});
    const link = await connect('owner');
    await assert.rejects(link.call('role/list', {}), { code: 'methodNotFound' });
  });

  it('counts requests per principal and lets them through again with time', async function () {
    this.timeout(20_000);
    await serve({ 'role/list': () => ({ roles: [] }) });
    const link = await connect('owner');
    const burst = async (count: number): Promise<number> => {
      const calls = Array.from({ length: count }, () =>
        link.call('role/list', {}, { timeoutMs: 1500 }),
      );
      const outcomes = await Promise.allSettled(calls);
      return outcomes.filter(({ status }) => status === 'fulfilled').length;
    };
    assert.equal(await burst(250), 200);
    now = 100;
    assert.equal(await burst(50), 20);
    assert.equal((await connect('person')).isClosed, false);
  });

  describe('with channels', () => {
    let caller: Caller;
    let channel: Channel;
    let received: Frame[];
    let closed: number;

    async function open(): Promise<DaemonLink> {
      received = [];
      closed = 0;
      await serve({
        'session/list': (_params, from) => {
          caller = from;
          channel = caller.openChannel({
            receive: (frame) => void received.push(frame),
            closed: () => (closed += 1),
          });
          channel.send({ kind: 'output', seq: 0, payload: Buffer.from('early') });
          return { sessions: [], revision: channel.number };
        },
      });
      const link = await connect('owner');
      await link.call('session/list', {});
      return link;
    }

    it('carries frames both ways, also those that came before anybody listened', async () => {
      const link = await open();
      const arrived = Promise.withResolvers<void>();
      const texts: string[] = [];
      link.onFrame(channel.number, ({ seq, payload }) => {
        texts.push(`${seq} ${Buffer.from(payload).toString()}`);
        if (texts.length === 2) arrived.resolve();
      });
      channel.send({ kind: 'output', seq: 5, payload: Buffer.from('late') });
      await arrived.promise;
      assert.deepEqual(texts, ['0 early', '5 late']);
      const payload = Buffer.from('typed');
      link.send({ kind: 'input', channel: channel.number, seq: 1, payload });
      link.send({ kind: 'input', channel: 99, seq: 1, payload });
      await link.call('session/list', {});
      assert.deepEqual(
        received.map(({ kind, seq }) => [kind, seq]),
        [['input', 1]],
      );
    });

    it('closes them with their connection', async () => {
      const link = await open();
      const gone = new Promise<void>((resolve) => {
        gateway.onDidChangeClients(() => resolve());
      });
      link.dispose();
      await gone;
      assert.equal(closed, 1);
      assert.equal(channel.send({ kind: 'output', seq: 9 }), true);
    });

    it('tells a sender to wait, and cuts a client that reads nothing', async () => {
      const link = await open();
      const ended = new Promise<LinkClosed>((resolve) => link.onDidClose(resolve));
      const payload = Buffer.alloc(256 * 1024);
      const answers = Array.from({ length: 60 }, (_value, seq) =>
        channel.send({ kind: 'output', seq, payload }),
      );
      assert.deepEqual([answers.includes(false), closed], [true, 1]);
      const { code, error } = await ended;
      assert.deepEqual([code, error.code], [4408, 'limitReached']);
    });

    it('tells when a sender may go on', async () => {
      const link = await open();
      let bytes = 0;
      link.onFrame(channel.number, ({ payload }) => (bytes += payload.length));
      const payload = Buffer.alloc(256 * 1024);
      let sent = 0;
      while (channel.send({ kind: 'output', seq: sent, payload })) sent += 1;
      await new Promise<void>((resolve) => channel.onceDrained(resolve));
      assert.equal(channel.send({ kind: 'output', seq: 0 }), true);
      await link.call('session/list', {});
      assert.equal(bytes, 5 + (sent + 1) * payload.length);
    });
  });

  it('closes the sockets of a principal that is revoked and no others', async () => {
    await serve({ 'session/list': subscribe });
    const [agent, person] = [await connect('agent'), await connect('person')];
    const ended = new Promise<LinkClosed>((resolve) => agent.onDidClose(resolve));
    gateway.revoke('agent');
    assert.equal((await ended).code, 4401);
    await person.call('session/list', {});
  });
});
