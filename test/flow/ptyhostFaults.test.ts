import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connectHost } from '../../link/host/host.ts';
import { HostCalls } from '../../link/host/hostCalls.ts';
import { listProcesses } from '../../link/process/process.ts';
import { randomHex } from '../../link/proof/proof.ts';
import { encodeCall } from '../../protocol/wire/call.ts';
import { WaggleError, errorCodeOf } from '../../protocol/wire/errors.ts';
import { encodeFrame } from '../../protocol/wire/frame.ts';
import type { Recorder } from './ptyhostFixture.ts';
import { HostFixture, connectControl, until } from './ptyhostFixture.ts';

/** A mount namespace with a pty table of its own, which holds two. */
const ownPtyTable = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount -t devpts -o newinstance,max=2,ptmxmode=0666 devpts /dev/pts && mount --bind /dev/pts/ptmx /dev/ptmx && exec "$@"',
  'sh',
];

function hasOwnPtyTable(): boolean {
  const [program = '', ...args] = [...ownPtyTable, 'true'];
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

describe('a pty host that is treated badly', function () {
  this.timeout(60_000);
  let host: HostFixture;
  let bystander: Recorder;

  before(async () => {
    host = await HostFixture.start();
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; cat']);
    bystander = await host.attach(session);
    await bystander.see('ready');
  });

  after(() => host.stop());

  /** Whatever happened: the host lives and the other session with it. */
  afterEach(async () => {
    const before = bystander.text.length;
    assert.equal(await bystander.type('x'), 'delivered');
    await bystander.see(new RegExp(`^[^]{${before}}x$`));
  });

  it('says that a program does not exist', async () => {
    const failure: unknown = await host.spawn(['no-such-program']).catch((error: unknown) => error);
    assert.ok(failure instanceof WaggleError);
    assert.equal(failure.code, 'commandNotFound');
    assert.match(failure.message, /no-such-program/);
    assert.ok(failure.fix);
  });

  it('says that a directory does not exist', async () => {
    const failure = host.spawn(['true'], { cwd: '/no/such/folder' });
    assert.equal(await failure.catch(errorCodeOf), 'directoryMissing');
  });

  it('says that the pty table is full, and starts the next when one is free', async function () {
    if (process.platform !== 'linux' || !hasOwnPtyTable()) this.skip();
    const other = await HostFixture.start({ wrapper: ownPtyTable });
    try {
      const first = await other.attach(await other.spawn(['sh', '-c', 'read x']));
      await other.spawn(['sh', '-c', 'read x']);
      const full = await other.spawn(['true']).catch(errorCodeOf);
      await first.type('\n');
      await first.exit();
      const { sessions } = await other.control.call('host/list', {});
      // The terminal of an ended session is kept for a second, for what comes late.
      let next: unknown = 'ptyExhausted';
      while (next === 'ptyExhausted') next = await other.spawn(['true']).catch(errorCodeOf);
      assert.deepEqual([full, sessions.length, typeof next], ['ptyExhausted', 2, 'string']);
      assert.notEqual(next, 'launchFailed');
    } finally {
      await other.stop();
    }
  });

  it('says that no descriptor is left, and leaves no process behind', async function () {
    if (process.platform !== 'linux') this.skip();
    const reasons = new Set<unknown>();
    // An odd number and an even one: with one descriptor left, and with none.
    for (const limit of [44, 45]) {
      const wrapper = ['sh', '-c', `ulimit -n ${limit}; exec "$@"`, 'sh'];
      const other = await HostFixture.start({ wrapper });
      let failure: unknown;
      while (failure === undefined) {
        failure = await other.spawn(['sleep', '60']).then(() => undefined, errorCodeOf);
      }
      reasons.add(failure);
      const { sessions } = await other.control.call('host/list', {});
      const children = listProcesses().filter(({ ppid }) => ppid === other.file.pid);
      assert.equal(children.length, sessions.length);
      await other.stop();
    }
    assert.deepEqual([...reasons], ['limitReached']);
  });

  it('refuses a wrong key, a key for another right and another process', async () => {
    const { socket, key, clientKey, pid, startTime } = host.file;
    const target = { socket, clientId: 'c', kind: 'test', tokenId: 'control' } as const;
    const wrong = [
      connectHost({ ...target, secret: randomHex(32) }),
      connectHost({ ...target, secret: clientKey }),
      connectHost({ ...target, secret: key, expected: { pid: pid + 1, startTime } }),
      connectHost({ ...target, secret: key, expected: { pid, startTime: startTime + 1 } }),
    ];
    const codes = await Promise.all(wrong.map((attempt) => attempt.catch(errorCodeOf)));
    assert.deepEqual(codes, ['unauthenticated', 'unauthenticated', 'hostGone', 'hostGone']);
  });

  it('refuses a secret that does not fit the proof it was asked for', async () => {
    const { calls } = await openRaw();
    await calls.request('connection/hello', helloParams());
    const auth = calls.request('connection/auth', { token: host.file.clientKey, clientId: 'c' });
    assert.equal(await auth.catch(errorCodeOf), 'unauthenticated');
  });

  it('refuses other versions, and anything before the handshake', async () => {
    const protocol = { min: 7, max: 9 };
    const attempts = [
      (calls: HostCalls) => calls.request('connection/hello', { ...helloParams(), protocol }),
      (calls: HostCalls) => calls.request('host/list', {}),
      (calls: HostCalls) =>
        calls.request('connection/auth', { token: host.file.key, clientId: 'c' }),
      (calls: HostCalls) => calls.request('connection/hello', { ...helloParams(), more: 1 }),
    ];
    const codes = [];
    for (const attempt of attempts) {
      const { socket, calls } = await openRaw();
      const closed = once(socket, 'close');
      codes.push(await attempt(calls).catch(errorCodeOf));
      await closed;
    }
    const unauthenticated = 'unauthenticated';
    assert.deepEqual(codes, ['versionMismatch', unauthenticated, unauthenticated, 'badRequest']);
  });

  it('closes who sends garbage, too much before the handshake, or nothing', async () => {
    const garbage = [
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.alloc(5000, 0x57),
      encodeFrame({ kind: 'call', payload: Buffer.alloc(5000, 0x20) }),
      encodeFrame({ kind: 'call', payload: Buffer.from('{"jsonrpc":') }),
      encodeFrame({ kind: 'call', payload: Buffer.from('[]') }),
      encodeFrame({ kind: 'input', channel: 1, seq: 1 }),
      encodeFrame({ kind: 'call', seq: 2 ** 40, payload: Buffer.from('{}') }),
      Buffer.alloc(0),
    ];
    await Promise.all(
      garbage.map(async (bytes) => {
        const socket = connect(host.file.socket);
        socket.resume();
        socket.write(bytes);
        await once(socket, 'close');
      }),
    );
  });

  it('lets a real client in among 1,100 that only stand in the door', async () => {
    const idlers = Array.from({ length: 1100 }, () => connect(host.file.socket));
    const gone = idlers.map(
      (idler) =>
        new Promise<void>((resolve) => {
          idler.on('error', () => idler.destroy());
          idler.once('close', () => resolve());
          idler.resume();
        }),
    );
    const real = await Promise.all(Array.from({ length: 20 }, () => connectControl(host.file)));
    for (const link of real) {
      assert.equal((await link.call('host/list', {})).draining, false);
      link.dispose();
    }
    await Promise.all(gone);
  });

  it('closes who asks and asks and never reads the answers, and holds little for him', async () => {
    const meta = 'm'.repeat(16_000);
    const { socket, calls } = await openRaw();
    await calls.request('connection/hello', helloParams());
    await calls.request('connection/auth', { token: host.file.key, clientId: 'c' });
    const spawned = await Promise.all(
      Array.from({ length: 20 }, () => host.spawn(['true'], { meta })),
    );
    const before = await host.control.call('host/stats', {});
    socket.pause();
    // What was still to be said to the host is refused.
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const ask = encodeCall({ jsonrpc: '2.0', id: 7, method: 'host/list', params: {} });
    for (let round = 0; round < 400; round += 1) for (const frame of ask) socket.write(frame);
    // Answered in the order in which they came: when this one is, those before it were looked at.
    await until('the end of the deaf one', async () => {
      const stats = await host.control.call('host/stats', {});
      const grown = stats.rssBytes - before.rssBytes;
      assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more`);
      return stats.clients < before.clients;
    });
    socket.resume();
    await closed;
    for (const session of spawned) await host.control.call('host/collect', { session });
  });

  it('gives a channel back whose attach nobody waits for any more', async () => {
    const { sessions } = await host.control.call('host/list', {});
    const [{ session } = { session: undefined }] = sessions;
    assert.ok(session);
    const ticket = await host.addTicket(session, { client: 'x', principal: 'me', right: 'write' });
    const clients = async (): Promise<number> =>
      (await host.control.call('host/list', {})).sessions[0]?.clients ?? 0;
    const before = await clients();
    const transport = host.createTransport({ ticket, client: 'x' });
    for (let round = 0; round < 20; round += 1) {
      const abort = new AbortController();
      const opening = transport.open({ pace: 'interactive', signal: abort.signal });
      for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
      abort.abort();
      await opening.then((channel) => channel.dispose()).catch(errorCodeOf);
    }
    await until('the channels to be gone', async () => (await clients()) === before);
  });

  it('closes an authenticated client that sends a malformed frame, with the reason', async () => {
    const { socket, calls } = await openRaw();
    await calls.request('connection/hello', helloParams());
    await calls.request('connection/auth', { token: host.file.key, clientId: 'c' });
    const reason = new Promise((resolve) => calls.onDidClose(({ code }) => resolve(code)));
    socket.write(Buffer.alloc(24, 0xff));
    assert.equal(await reason, 'badFrame');
  });

  it('answers mistakes without closing', async () => {
    const { socket, calls } = await openRaw();
    await calls.request('connection/hello', helloParams());
    await calls.request('connection/auth', { token: host.file.key, clientId: 'c' });
    const session = crypto.randomUUID();
    const attempts = [
      calls.request('host/nonsense', {}),
      calls.request('host/list', { more: 1 }),
      calls.request('host/attach', { session }),
      calls.request('host/attach', {}),
      calls.request('host/detach', { channel: 99 }),
      calls.request('host/collect', { session }),
    ];
    const codes = await Promise.all(attempts.map((attempt) => attempt.catch(errorCodeOf)));
    const collected = { collected: false };
    assert.deepEqual(codes, [
      'methodNotFound',
      'badRequest',
      'notFound',
      'badRequest',
      'notFound',
      collected,
    ]);
    calls.dispose();
    await once(socket, 'close');
  });

  it('gives a client with a ticket nothing but its stream', async () => {
    const { socket, clientKey: secret } = host.file;
    const link = await connectHost({
      socket,
      secret,
      tokenId: 'client',
      clientId: 'c',
      kind: 'cli',
    });
    const { sessions } = await host.control.call('host/list', {});
    const session = sessions[0]?.session;
    assert.ok(session);
    const attempts = [
      link.call('host/list', {}),
      link.call('host/stats', {}),
      link.call('host/signal', { session, signal: 'SIGKILL' }),
      link.call('host/attach', { session }),
    ];
    const codes = await Promise.all(attempts.map((attempt) => attempt.catch(errorCodeOf)));
    link.dispose();
    assert.deepEqual(codes, Array(4).fill('forbidden'));
  });

  function helloParams(): Record<string, unknown> {
    const protocol = { min: 1, max: 1 };
    const nonce = randomHex(32);
    return { protocol, clientVersion: '1', kind: 'test', tokenId: 'control', nonce };
  }

  async function openRaw(): Promise<{ socket: Socket; calls: HostCalls }> {
    const socket = connect(host.file.socket);
    await once(socket, 'connect');
    return { socket, calls: new HostCalls(socket) };
  }
});
