import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { HostCalls } from '../../link/host/hostCalls.ts';
import { randomHex } from '../../link/proof/proof.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { FrameDecoder } from '../../protocol/wire/frame.ts';
import { closeCodes } from '../../protocol/wire/hello.ts';
import { fromRpcFailure, parseRpc } from '../../protocol/wire/rpc.ts';
import { CuttableTransport } from './cuttableTransport.ts';
import type { Recorder } from './ptyhostFixture.ts';
import { HostFixture, until } from './ptyhostFixture.ts';

const megabyte = 1024 * 1024;
/** Prints numbered lines of 100 bytes when a line was typed. */
function flood(lines: number): string[] {
  const script = `read x; i=0; awk 'BEGIN { for (i = 0; i < ${lines}; i++) printf "%099d\\n", i }'`;
  return ['sh', '-c', `stty -onlcr -echo; echo ready; ${script}; echo; echo END`];
}

const isLong = process.env['WAGGLE_TEST_LONG'] !== undefined;

describe('clients of the pty host', function () {
  this.timeout(isLong ? 1_200_000 : 120_000);
  let host: HostFixture;

  beforeEach(async () => {
    host = await HostFixture.start({ stallMs: 1500 });
  });

  afterEach(() => host.stop());

  it('type and see the echo of it', async () => {
    const recorder = await host.attach(await host.spawn(['sh', '-c', 'read x; echo got $x']));
    assert.equal(await recorder.type('hé🐝\n'), 'delivered');
    await recorder.see('got hé🐝\r\n');
    await recorder.exit();
    assert.equal(await recorder.type('late'), 'ended');
  });

  it('give the program the size of the one who types', async () => {
    const script = 'trap "stty size" WINCH; stty size; while :; do sleep 0.02; done';
    const session = await host.spawn(['sh', '-c', script]);
    const writer = await host.attach(session);
    await writer.see('24 80');
    writer.stream.resize({ cols: 100, rows: 30 });
    await writer.see('30 100');
    const other = await host.attach(session, { size: { cols: 60, rows: 20 }, principal: 'other' });
    await other.see('30 100');
    writer.stream.resize({ cols: 101, rows: 31 });
    await other.see('31 101');
    other.stream.take();
    await other.see('20 60');
    await writer.see('20 60');
    const sizeOf = (recorder: Recorder): unknown => recorder.sizes.at(-1);
    assert.deepEqual([sizeOf(writer), sizeOf(other)], Array(2).fill({ cols: 60, rows: 20 }));
    await host.control.call('host/signal', { session, signal: 'SIGKILL' });
    await writer.exit();
  });

  it('share one keyboard: denied, taken, given back', async () => {
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; cat']);
    const first = await host.attach(session, { client: 'first' });
    await first.see('ready');
    await first.type('1');
    const second = await host.attach(session, { client: 'second' });
    const watcher = await host.attach(session, { client: 'watcher', right: 'observe' });
    const outcomes = [await second.type('2'), await watcher.type('w')];
    second.stream.take();
    await until('the lease', () => second.stream.lease.self);
    outcomes.push(await second.type('3'), await first.type('4'));
    second.stream.release();
    await until('a free keyboard', () => first.stream.lease.writer === null);
    outcomes.push(await first.type('5'));
    await watcher.see('ready\r\n135'.replace('\r', ''));
    assert.deepEqual(outcomes, ['denied', 'denied', 'delivered', 'denied', 'delivered']);
    const writers = watcher.leases.map(({ writer, self }) => [writer, self]);
    assert.deepEqual(writers.slice(-3), [
      ['second', false],
      [null, false],
      ['first', false],
    ]);
  });

  it('keep the keyboard while the daemon answers for a terminal, whoever has it', async () => {
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; cat']);
    const opened = await host.control.call('host/attach', { session, pace: 'background' });
    const answers: string[] = [];
    host.control.onFrame(opened.channel, ({ kind, seq, payload }) => {
      if (kind === 'inputAnswer') answers.push(`${seq} ${payload[0]}`);
    });
    const say = (seq: number, text: string): boolean =>
      host.control.send({
        ...{ kind: 'input', channel: opened.channel, seq, payload: Buffer.from(text) },
      });
    const watcher = await host.attach(session, { client: 'watcher', right: 'observe' });
    await watcher.see('ready');
    say(1, '1');
    await watcher.see('ready\n1');
    const writer = await host.attach(session, { client: 'writer' });
    await until('the lease', () => writer.stream.lease.self);
    say(2, '2');
    say(2, '2');
    await watcher.see('ready\n12');
    assert.equal(await writer.type('3'), 'delivered');
    await watcher.see('ready\n123');
    assert.deepEqual([...new Set(answers)], ['1 0', '2 0']);
    const writers = watcher.leases.map((lease) => lease.writer);
    assert.deepEqual([...new Set(writers)], [null, 'writer']);
  });

  it('take over from their own other window after three seconds, with the key they typed', async () => {
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; cat']);
    const first = await host.attach(session);
    await first.see('ready');
    await first.type('a');
    const second = await host.attach(session);
    const typedAt = Date.now();
    await until('the take-over', () => Date.now() - typedAt > 3050);
    assert.equal(await second.type('b'), 'delivered');
    await first.see(/ready\s+ab/);
    assert.deepEqual([first.stream.lease.self, second.stream.lease.self], [false, true]);
  });

  it('that fall behind are shed with an explicit gap while others get every byte', async () => {
    const lines = 300_000;
    const session = await host.spawn(flood(lines), { ringBytes: 16 * megabyte });
    const fast = await host.attach(session);
    const slow = await host.attach(session, { right: 'observe', acknowledge: 'manual' });
    await fast.see('ready');
    await fast.type('\n');
    await fast.exit();
    const behind = slow.seq;
    slow.stream.acknowledge(slow.seq);
    const catchUp = setInterval(() => slow.stream.acknowledge(slow.seq), 5);
    await slow.exit();
    clearInterval(catchUp);
    const numbers = fast.text.split('\n').filter((line) => line.length === 99);
    assert.deepEqual([fast.gaps, numbers.length, Number(numbers.at(-1))], [[], lines, lines - 1]);
    assert.ok(behind <= megabyte && slow.gaps.length > 0, `${behind} ${slow.gaps.length}`);
    assert.match(slow.text, /END\n$/);
    const { sheds } = await host.control.call('host/stats', {});
    assert.ok(sheds > 0);
  });

  it('that keep up get every byte of a burst that is larger than the ring', async () => {
    const session = await host.spawn(flood(3000), { ringBytes: 64 * 1024 });
    const client = await host.attach(session);
    await client.see('ready');
    await client.type('\n');
    await client.exit();
    assert.deepEqual([client.gaps, client.text.split('\n').length > 3000], [[], true]);
  });

  it('that are behind get the end of a program before its successor, and before it is collected', async () => {
    const session = await host.spawn(flood(20_000), { ringBytes: 4 * megabyte });
    const client = await host.attach(session, { acknowledge: 'manual' });
    await client.see('ready');
    await client.type('\n');
    await until('the program to end', async () => {
      const { sessions } = await host.control.call('host/list', {});
      return sessions.find((held) => held.session === session)?.exit !== null;
    });
    await until('a closed window', () => client.seq >= megabyte);
    await host.spawn(flood(20_000), { session, generation: 1, ringBytes: 4 * megabyte });
    await client.see(/END\n[^]*ready/);
    assert.equal(
      client.gaps.some(({ from, to }) => from !== to),
      false,
    );
    client.stream.take();
    assert.equal(await client.type('\n'), 'delivered');
    await until('the second to end', async () => {
      const { sessions } = await host.control.call('host/list', {});
      return sessions.find((held) => held.session === session)?.exit !== null;
    });
    await host.control.call('host/collect', { session });
    await until('the end of the channel', () => client.closed);
    assert.match(client.text, /END\n[^]*ready[^]*END\n$/);
    assert.equal(
      client.gaps.some(({ from, to }) => from !== to),
      false,
    );
  });

  it('that never read are closed and hold nobody up', async () => {
    const session = await host.spawn(flood(100_000), { ringBytes: 16 * megabyte });
    const client = 'stuck';
    const ticket = await host.addTicket(session, { client, principal: 'me', right: 'observe' });
    const stuck = await attachRaw(ticket);
    stuck.pause();
    const closed = once(stuck, 'close');
    const fast = await host.attach(session);
    await fast.see('ready');
    await fast.type('\n');
    await fast.exit();
    assert.deepEqual([fast.gaps, fast.text.endsWith('END\n')], [[], true]);
    await until('the host to close the one that is stuck', async () => {
      const { sessions } = await host.control.call('host/list', {});
      return sessions[0]?.clients === 1 ? true : undefined;
    });
    stuck.resume();
    await closed;
  });

  it('that never read are told why they were closed when they read on at last', async () => {
    const script = 'echo ready; head -c 4000000 /dev/zero | tr "\\0" x; read x';
    const session = await host.spawn(['sh', '-c', script], { ringBytes: 16 * megabyte });
    const client = 'stuck';
    const ticket = await host.addTicket(session, { client, principal: 'me', right: 'observe' });
    const stuck = await attachRaw(ticket);
    stuck.pause();
    const closed = once(stuck, 'close');
    await until('the host to give it up', async () => {
      const { sessions } = await host.control.call('host/list', {});
      return sessions[0]?.clients === 0 ? true : undefined;
    });
    const decoder = new FrameDecoder();
    let last: Frame | undefined;
    stuck.on('data', (chunk: Buffer) => {
      const frames = decoder.push(chunk);
      if (typeof frames !== 'string') last = frames.at(-1) ?? last;
    });
    stuck.resume();
    await closed;
    const parting = parseRpc(Buffer.from(last?.payload ?? []).toString());
    if (parting.role !== 'failure') throw new Error(parting.role);
    const { code, details } = fromRpcFailure(parting.message);
    assert.deepEqual([code, details], ['limitReached', { closeCode: closeCodes.tooSlow }]);
  });

  it('paste 5 MB to a program that sleeps; what does not fit is refused, what was accepted arrives', async () => {
    const script =
      'stty raw -echo; echo ready; sleep 0.7; head -c 5000000 | cksum; echo done; cat >/dev/null';
    const recorder = await host.attach(await host.spawn(['sh', '-c', script]));
    await recorder.see('ready');
    const paste = Buffer.alloc(5_000_000, 'abcdefghij');
    const outcomes = await Promise.all([
      recorder.stream.write(paste),
      recorder.stream.write(paste),
    ]);
    assert.deepEqual(outcomes, ['delivered', 'inputFull']);
    await recorder.see('done');
    assert.match(recorder.text, /\b5000000\b/);
  });

  it('that reconnect go on at their cursor, and what they repeat is typed once', async () => {
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; cat'], {
      ringBytes: 16 * megabyte,
    });
    const client = randomUUID();
    const ticket = await host.addTicket(session, { client, principal: 'me', right: 'write' });
    const transport = new CuttableTransport(host.createTransport({ ticket, client }));
    const recorder = await host.open({ transport }, { ticket, client });
    await recorder.see('ready');
    let typed = '';
    for (let round = 0; round < (isLong ? 500 : 20); round += 1) {
      const text = `<${round}:${'x'.repeat((round % 20) * 97)}>`;
      typed += text;
      const written = recorder.type(text);
      // Sometimes before it left, sometimes before the answer came.
      for (let turn = 0; turn < round % 5; turn += 1) await new Promise(setImmediate);
      transport.cut();
      assert.equal(await written, 'delivered');
    }
    const receive = (): string => recorder.text.replace(/^ready\s+/, '');
    await until('all of it', () => receive().length >= typed.length);
    assert.ok(receive() === typed, `differs after ${commonLength(receive(), typed)}`);
    assert.deepEqual([recorder.gaps, transport.cuts > 10], [[], true]);
  });

  it('get every byte of a flood over many cuts', async () => {
    const lines = isLong ? 680_000 : 100_000;
    const session = await host.spawn(flood(lines), { ringBytes: 64 * megabyte });
    const client = randomUUID();
    const ticket = await host.addTicket(session, { client, principal: 'me', right: 'write' });
    const transport = new CuttableTransport(host.createTransport({ ticket, client }));
    const recorder = await host.open({ transport }, { ticket, client });
    await recorder.see('ready');
    await recorder.type('\n');
    let next = recorder.seq;
    // In the middle of what is being received: the rest of it is lost on the way.
    recorder.stream.onOutput(() => {
      if (recorder.seq >= next && transport.cut()) next = recorder.seq + 60_000;
    });
    await recorder.exit();
    const numbers = recorder.text.split('\n').filter((line) => line.length === 99);
    assert.deepEqual(
      [
        recorder.gaps,
        numbers.length,
        Number(numbers.at(-1)),
        transport.cuts >= (isLong ? 500 : 50),
      ],
      [[], lines, lines - 1, true],
    );
  });

  it('start with the stored screen when there is one, and know when it cannot be exact', async () => {
    const script =
      'stty -onlcr -echo; printf 0123456789; read x; printf abc; read x; seq 20000; read x';
    const session = await host.spawn(['sh', '-c', script], { ringBytes: 65_536 });
    const writer = await host.attach(session, { client: 'writer' });
    await writer.see('0123456789');
    const size = { cols: 70, rows: 20 };
    const data = Buffer.from('a screen').toString('base64');
    const stored = await host.control.call('host/putCheckpoint', {
      session,
      generation: 0,
      seq: 10,
      size,
      data,
    });
    assert.deepEqual(stored, { stored: true });
    await writer.type('\n');
    await writer.see('abc');
    const fresh = await host.attach(session, { right: 'observe' });
    await fresh.see('abc');
    assert.deepEqual(
      [fresh.snapshots, fresh.text, fresh.stream.approximate],
      [[{ seq: 10, size, text: 'a screen' }], 'abc', false],
    );
    const resumed = await host.attach(session, {
      right: 'observe',
      cursor: { generation: 0, seq: 4 },
    });
    await resumed.see('456789abc');
    assert.deepEqual([resumed.snapshots, resumed.gaps], [[], []]);
    await writer.type('\n');
    await writer.see('20000\n');
    const late = await host.attach(session, { right: 'observe' });
    await late.see('20000\n');
    assert.deepEqual([late.snapshots, late.stream.approximate], [[], true]);
    const { checkpoint } = await host.control.call('host/getCheckpoint', { session });
    assert.deepEqual(checkpoint, { generation: 0, seq: 10, size, data });
  });

  it('that read in the background get what the ring still holds, although there is a stored screen', async () => {
    const script = 'stty -onlcr -echo; printf ready; read x; seq 20000; read x';
    const session = await host.spawn(['sh', '-c', script], { ringBytes: 65_536 });
    const writer = await host.attach(session, { client: 'writer' });
    await writer.see('ready');
    await writer.type('\n');
    await writer.see('20000\n');
    const { sessions } = await host.control.call('host/list', {});
    const { end = 0, start = 0 } = sessions.find((one) => one.session === session) ?? {};
    const size = { cols: 70, rows: 20 };
    const data = Buffer.from('a screen').toString('base64');
    const put = { session, generation: 0, seq: end - 10, size, data };
    assert.deepEqual(await host.control.call('host/putCheckpoint', put), { stored: true });
    const opened = await host.control.call('host/attach', {
      ...{ session, cursor: { generation: 0, seq: 0 }, pace: 'background' },
    });
    const kinds: string[] = [];
    let bytes = 0;
    const live = new Promise<void>((resolve) => {
      host.control.onFrame(opened.channel, ({ kind, payload }) => {
        kinds.push(kind);
        bytes += kind === 'output' ? payload.length : 0;
        if (kind === 'live') resolve();
      });
    });
    await live;
    assert.ok(!kinds.includes('snapshot') && kinds.includes('gap'), kinds.join());
    assert.ok(
      opened.start - start < 100 && bytes === end - opened.start,
      `${bytes} of ${end - start}`,
    );
  });

  it('can have the program in the foreground repaint, not the shell that waits for it', async () => {
    const inner = "trap 'echo winched' WINCH; echo armed; while :; do sleep 0.05; done";
    const session = await host.spawn(['bash', '-c', `set -m; bash -c "${inner}"; read x`]);
    const writer = await host.attach(session, { client: 'writer' });
    await writer.see('armed');
    const sent = await host.control.call('host/signal', { session, signal: 'SIGWINCH' });
    assert.deepEqual(sent, { delivered: true });
    await writer.see('winched');
  });

  it('lose their channel at once when their ticket is revoked', async () => {
    const session = await host.spawn(['sh', '-c', 'echo ready; cat']);
    const recorder = await host.attach(session, { principal: 'agent' });
    const other = await host.attach(session, { principal: 'me' });
    await recorder.see('ready');
    const revoked = await host.control.call('host/revokeTicket', { principal: 'agent' });
    await until('the end of the stream', () => recorder.closed);
    assert.deepEqual(
      [revoked, recorder.closed, other.closed],
      [{ closed: 1 }, 'forbidden', undefined],
    );
    const client = 'stranger';
    const ticket = randomHex(32);
    assert.equal(await host.open({}, { ticket, client }).catch(errorCodeOf), 'forbidden');
  });

  it('learn how far replies to queries must be swallowed', async () => {
    const session = await host.spawn(['sh', '-c', 'echo before; read x; echo after']);
    const first = await host.attach(session);
    await first.see('before');
    const second = await host.attach(session, { right: 'observe' });
    const lives: number[] = [];
    second.stream.onLive(({ seq }) => lives.push(seq));
    await second.see('before');
    await until('the live mark', () => lives.length > 0);
    assert.deepEqual([second.stream.liveAt, lives], [8, [8]]);
    await first.type('\n');
    await second.exit();
  });

  async function attachRaw(ticket: string): Promise<Socket> {
    const socket = connect(host.file.socket);
    await once(socket, 'connect');
    const calls = new HostCalls(socket);
    const protocol = { min: 1, max: 1 };
    const hello = {
      protocol,
      clientVersion: '1',
      kind: 'test',
      tokenId: 'client',
      nonce: randomHex(32),
    };
    await calls.request('connection/hello', hello);
    await calls.request('connection/auth', { token: host.file.clientKey, clientId: 'stuck' });
    await calls.request('host/attach', { ticket });
    return socket;
  }
});

/** How many characters two texts begin with alike. */
function commonLength(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}
