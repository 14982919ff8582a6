import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { ensureNode22 } from '../../scripts/node22.ts';
import { HostFixture, until } from './ptyhostFixture.ts';

/** Prints `count` pseudo-random bytes, every value among them, and writes their hash beside. */
const generator = `
const { createHash } = require('node:crypto'); const fs = require('node:fs');
const [count, file] = [Number(process.argv[1]), process.argv[2]];
const hash = createHash('sha256'); let state = 1; let left = count;
while (left > 0) {
  const block = Buffer.alloc(Math.min(left, 65536));
  for (let i = 0; i < block.length; i++) { state = (state * 1103515245 + 12345) >>> 0; block[i] = state >>> 16; }
  hash.update(block); left -= block.length;
  let from = 0;
  while (from < block.length) {
    try { from += fs.writeSync(1, block, from); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
  }
}
fs.writeFileSync(file, hash.digest('hex'));
`;

const isLong = process.env['WAGGLE_TEST_LONG'] !== undefined;

/** Ends of programs that did not arrive, of so many. */
async function listLostTails(host: HostFixture, rounds: number): Promise<string[]> {
  const sizes = [1, 4000, 20_000, 200_000, 5_000_000];
  const lost: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const size = sizes[round % sizes.length] ?? 1;
    const script = `head -c ${size} /dev/zero | tr '\\0' x; printf END`;
    const { text } = await host.run(['sh', '-c', script]);
    if (text !== `${'x'.repeat(size)}END`) lost.push(`${size}: ${text.length}`);
    await host.collectAll();
  }
  return lost;
}

describe('the pty host', function () {
  this.timeout(isLong ? 1_200_000 : 120_000);
  let host: HostFixture;

  beforeEach(async () => {
    host = await HostFixture.start();
  });

  afterEach(() => host.stop());

  it('delivers 20 MB byte for byte', async () => {
    const file = join(host.home, 'hash');
    const script = `stty raw; "$0" -e "$1" 20000000 "$2"`;
    const argv = ['sh', '-c', script, process.execPath, generator, file];
    const { bytes, gaps } = await host.run(argv);
    const hash = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(
      { length: bytes.length, hash, gaps },
      { length: 20_000_000, hash: readFileSync(file, 'utf8'), gaps: [] },
    );
  });

  it('delivers the last byte before an exit, of any size, every time', async () => {
    assert.deepEqual(await listLostTails(host, isLong ? 1000 : 50), []);
  });

  if (isLong)
    it('delivers the last byte before an exit on the oldest runtime too', async () => {
      const old = await HostFixture.start({ runtime: await ensureNode22() });
      try {
        assert.deepEqual(await listLostTails(old, 1000), []);
      } finally {
        await old.stop();
      }
    });

  it('tells how a program ended: code, signal, and what it left running', async () => {
    const ends = [
      await host.run(['sh', '-c', 'exit 7']),
      await host.run(['sh', '-c', 'kill -TERM $$']),
      await host.run(['sh', '-c', 'trap "" HUP; sleep 1 & exit 0']),
    ];
    assert.deepEqual(await Promise.all(ends.map((end) => end.exit())), [
      { code: 7, signal: null, background: 0 },
      { code: null, signal: 15, background: 0 },
      { code: 0, signal: null, background: 1 },
    ]);
  });

  it('gives children descriptors 0 to 2, UTF-8 line editing, a session of their own and our mark', async () => {
    const script =
      'stty -a; ps -o sid= -p $$; echo pid $$; echo mark $WAGGLE_HOST_ID; ls -l /proc/self/fd';
    const { text } = await host.run(['sh', '-c', script]);
    const pid = /pid (\d+)/.exec(text)?.[1] ?? 'none';
    const links = [...text.matchAll(/ (\d+) -> (\S+)/g)].map(([, number, target = '']) =>
      // `ls` itself holds the folder that it lists.
      target.startsWith('/proc/') ? 'ls' : Number(number),
    );
    assert.deepEqual(
      {
        utf8: / iutf8/.test(text),
        sid: new RegExp(`\\n\\s*${pid}\\r`).test(text),
        mark: text.includes(`mark ${host.file.id}`),
        links,
      },
      { utf8: true, sid: true, mark: true, links: [0, 1, 2, 'ls'] },
    );
  });

  it('lets no descriptor through in a hundred forks among sockets that come and go', async function () {
    if (process.platform !== 'linux') this.skip();
    const sleepers: string[] = [];
    const sockets = new Set<ReturnType<typeof createConnection>>();
    const bad: string[] = [];
    for (let round = 0; round < 104; round += 1) {
      // A fixed pattern that opens and closes at different depths of the descriptor table.
      for (let more = 0; more < (round * 7) % 4; more += 1) {
        sockets.add(createConnection(host.file.socket).on('error', () => undefined));
      }
      const [oldest] = sockets;
      if (oldest !== undefined && round % 3 === 0) {
        oldest.destroy();
        sockets.delete(oldest);
      }
      if (round % 5 === 0) sleepers.push(await host.spawn(['sleep', '100']));
      const gone = round % 7 === 0 ? sleepers.shift() : undefined;
      if (gone !== undefined) {
        const session = sessionIdSchema.parse(gone);
        await host.control.call('host/signal', { session, signal: 'SIGKILL' });
      }
      const { text } = await host.run(['ls', '-l', '/proc/self/fd'], { ringBytes: 65_536 });
      const targets = [...text.matchAll(/ (\d+) -> (\S+)/g)].map(([, , target = '']) => target);
      if (targets.length !== 4) bad.push(`${round}: ${targets.join(' ')}`);
    }
    for (const socket of sockets) socket.destroy();
    assert.deepEqual(bad, []);
  });

  it('answers the status query before anybody is attached', async () => {
    const script = `stty raw -echo; printf '\\033]7501;?\\007'; head -c 9 | od -An -c`;
    const { text } = await host.run(['sh', '-c', script]);
    assert.match(text, /033\s+\]\s+7\s+5\s+0\s+1\s+;\s+\?\s+\\a/);
  });

  it('keeps what a program prints that closed its terminal and runs on', async () => {
    const script = 'exec </dev/null >/dev/null 2>&1; sleep 0.3; exec >/dev/tty; echo again';
    const { text } = await host.run(['sh', '-c', script]);
    assert.equal(text, 'again\r\n');
  });

  it('spawns once per generation, and lets a later one replace an ended one', async () => {
    const session = await host.spawn(['sh', '-c', 'echo first; read x']);
    const recorder = await host.attach(session);
    await recorder.see('first');
    const again = await host.control.call('host/spawn', {
      session,
      generation: 0,
      argv: ['false'],
      cwd: '/',
      env: {},
      size: { cols: 80, rows: 24 },
      ringBytes: 4096,
      meta: '',
    });
    assert.equal(again.already, true);
    const refused = await host.spawn(['true'], { session, generation: 1 }).catch(errorCodeOf);
    assert.equal(refused, 'conflict');
    await recorder.type('\n');
    await recorder.exit();
    await host.spawn(['sh', '-c', 'echo second; read x'], { session, generation: 1 });
    await recorder.see('second');
    assert.deepEqual(recorder.stream.cursor.generation, 1);
    const late = await host.attach(session, { cursor: { generation: 0, seq: 3 } });
    await late.see('second');
    assert.deepEqual(late.gaps, [{ from: 0, to: 0 }]);
    assert.equal(await late.type('x'), 'denied');
  });

  it('keeps the umask of its starter for children and its own files to itself', async () => {
    const other = await HostFixture.start({ umask: '027' });
    try {
      const { text } = await other.run(['sh', '-c', 'umask']);
      const modeOf = (path: string): number => statSync(path).mode & 0o777;
      const file = join(other.home, 'run', `host-${other.file.id}.json`);
      assert.deepEqual(
        [text, modeOf(file), modeOf(other.file.socket), modeOf(join(other.home, 'run'))],
        ['0027\r\n', 0o600, 0o600, 0o700],
      );
    } finally {
      await other.stop();
    }
  });

  it('closes what its starter left open', async function () {
    if (process.platform !== 'linux') this.skip();
    // Behind a hole, where neither the runtime at its start nor node-pty at a fork would find it.
    const wrapper = ['bash', '-c', 'exec 40</etc/hostname; exec "$@"', 'bash'];
    const other = await HostFixture.start({ wrapper });
    try {
      const { text } = await other.run(['sh', '-c', 'ls -l /proc/$PPID/fd /proc/self/fd']);
      assert.deepEqual(
        [text.includes('/etc/hostname'), text.includes('/dev/ptmx')],
        [false, true],
        text,
      );
    } finally {
      await other.stop();
    }
  });

  it('signals a session only while its process lives', async () => {
    const session = await host.spawn(['sleep', '100']);
    const recorder = await host.attach(session);
    const signal = (): Promise<{ delivered: boolean }> =>
      host.control.call('host/signal', { session, signal: 'SIGTERM' });
    const first = await signal();
    const exit = await recorder.exit();
    assert.deepEqual(
      [first, exit, await signal()],
      [{ delivered: true }, { code: null, signal: 15, background: 0 }, { delivered: false }],
    );
  });

  it('keeps an ended session until it is collected, and a held one longer', async () => {
    const session = await host.spawn(['echo', 'kept']);
    const events: unknown[] = [];
    host.control.onEvent('host/exited', (event) => events.push(event));
    const first = await host.attach(session);
    await first.exit();
    const late = await host.attach(session);
    await late.see('kept');
    await late.exit();
    await host.control.call('host/hold', { session, held: true });
    const collect = async (): Promise<boolean> =>
      (await host.control.call('host/collect', { session })).collected;
    const whileHeld = await collect();
    await host.control.call('host/hold', { session, held: false });
    const released = await collect();
    const { sessions } = await host.control.call('host/list', {});
    await until('the end of the stream', () => late.closed);
    assert.deepEqual(
      [whileHeld, released, sessions, late.closed, await host.attach(session).catch(errorCodeOf)],
      [false, true, [], 'notFound', 'notFound'],
    );
    assert.deepEqual(events, [{ session, generation: 0, code: 0, signal: null, background: 0 }]);
  });

  it('takes no new sessions while it drains and ends with the last one', async () => {
    const session = await host.spawn(['sh', '-c', 'read x']);
    await host.control.call('host/drain', {});
    const refused = await host.spawn(['true']).catch(errorCodeOf);
    const ended = once(host.process, 'exit');
    const recorder = await host.attach(session);
    await recorder.type('\n');
    await recorder.exit();
    await host.control.call('host/collect', { session });
    await ended;
    assert.deepEqual([refused, existsSync(host.file.socket)], ['limitReached', false]);
  });

  it('ends by itself when it holds nothing and nobody is connected', async () => {
    const other = await HostFixture.start({ graceMs: 50 });
    const ended = once(other.process, 'exit');
    const files = [other.file.socket, join(other.home, 'run', `host-${other.file.id}.json`)];
    const before = files.map((file) => existsSync(file));
    other.control.dispose();
    await ended;
    assert.deepEqual(
      [before, files.map((file) => existsSync(file))],
      [
        [true, true],
        [false, false],
      ],
    );
    await other.stop();
  });

  it('lists what it holds with what the daemon needs to rebuild a row', async () => {
    const session = sessionIdSchema.parse(randomUUID());
    await host.spawn(['sh', '-c', 'printf 12345; read x'], {
      session,
      size: { cols: 99, rows: 33 },
    });
    const recorder = await host.attach(session, { client: 'window' });
    await recorder.see('12345');
    const { sessions, draining } = await host.control.call('host/list', {});
    const [row] = sessions;
    assert.ok(row);
    const { pid, startTime, ...rest } = row;
    assert.equal(draining, false);
    assert.ok(pid > 0 && startTime > 0);
    assert.deepEqual(rest, {
      session,
      generation: 0,
      kind: 'pty',
      size: { cols: 99, rows: 33 },
      start: 0,
      end: 5,
      acked: 0,
      exit: null,
      background: 0,
      writer: 'window',
      clients: 1,
      held: false,
      checkpoint: null,
      meta: '{"name":"test"}',
    });
  });
});
