import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { encodeSize } from '../../protocol/wire/mark.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import type { Recorder } from './ptyhostFixture.ts';
import { HostFixture, connectControl, until } from './ptyhostFixture.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const megabyte = 1024 * 1024;
const tinyWrites = 1_000_000;

/** Prints `count` lines of 100 bytes when a line was typed. */
function flood(count: number): string[] {
  const lines = `awk 'BEGIN { for (i = 0; i < ${count}; i++) printf "%099d\\n", i }'`;
  return ['sh', '-c', `stty -onlcr -echo; echo ready; read x; ${lines}; echo END; read x`];
}

/** Raw output, as a program of its own; ends by itself. */
function printing(script: string): string[] {
  const node = `'${process.execPath}' -e "$0"`;
  return ['sh', '-c', `stty raw -echo; echo ready; head -c 1 >/dev/null; ${node}`, script];
}

describe('a pty host under load', function () {
  this.timeout(isLong ? 600_000 : 120_000);
  let host: HostFixture;
  before(async () => {
    host = await HostFixture.start();
  });
  after(() => host.stop());
  afterEach(async () => {
    const { sessions } = await host.control.call('host/list', {});
    for (const { session } of sessions)
      await host.control.call('host/signal', { session, signal: 'SIGKILL' });
    await until('the end of all', async () => {
      const left = await host.control.call('host/list', {});
      return left.sessions.every(({ exit }) => exit !== null);
    });
    await host.collectAll();
  });

  async function rss(): Promise<number> {
    return (await host.control.call('host/stats', {})).rssBytes;
  }

  async function run(script: string): Promise<Recorder> {
    const session = await host.spawn(printing(script), { ringBytes: 32 * megabyte });
    const client = await host.attach(session);
    await client.see('ready');
    await client.type('x');
    await client.exit();
    return client;
  }

  const bodyOf = (client: Recorder): Buffer => client.bytes.subarray(client.bytes.indexOf(10) + 1);
  const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  it('shows one that reads everything although fifty others stand still', async () => {
    const session = await host.spawn(flood(200_000), { ringBytes: 32 * megabyte });
    const who = { right: 'observe', acknowledge: 'manual' } as const;
    const stalled = await Promise.all(Array.from({ length: 50 }, () => host.attach(session, who)));
    const healthy = await host.attach(session);
    await healthy.see('ready');
    for (const one of stalled) await one.see('ready');
    const before = await rss();
    await healthy.type('\n');
    await healthy.see(/END\n$/);
    const grown = (await rss()) - before;
    const skipped = healthy.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
    assert.deepEqual(
      [skipped, healthy.text.split('\n').filter((l) => l.length === 99).length],
      [0, 200_000],
    );
    for (const { seq } of stalled) assert.ok(seq <= megabyte + 64 * 1024, `${seq} unacknowledged`);
    assert.ok(grown < 128 * megabyte, `${grown} bytes more`);
    for (const one of [...stalled, healthy]) one.stream.dispose();
  });

  it('lets the echo of a quiet session out between the frames of a flood on the same connection', async () => {
    const link = await connectControl(host.file, 'both');
    const loud = await host.spawn(['sh', '-c', 'stty raw -echo; yes'], { ringBytes: megabyte });
    const quiet = await host.spawn(['sh', '-c', 'stty raw -echo; echo ready; exec cat']);
    let flooded = 0;
    let echoed = '';
    const follow = async (
      session: SessionId,
      onBytes: (bytes: Uint8Array) => void,
    ): Promise<number> => {
      const { channel } = await link.call('host/attach', { session });
      link.onFrame(channel, ({ kind, generation, seq, payload }) => {
        if (kind !== 'output') return;
        onBytes(payload);
        link.send({ kind: 'ack', channel, generation, seq: seq + payload.length });
      });
      return channel;
    };
    await follow(loud, ({ length }) => (flooded += length));
    const channel = await follow(quiet, (bytes) => (echoed += Buffer.from(bytes).toString()));
    await until('both', () => flooded > megabyte && echoed.includes('ready'));
    for (let round = 1; round <= 20; round += 1) {
      const before = flooded;
      link.send({ kind: 'input', channel, seq: round, payload: Buffer.from(`<${round}>`) });
      await until('the echo', () => echoed.includes(`<${round}>`));
      const between = flooded - before;
      assert.ok(between < 32 * megabyte, `${between} bytes before the echo`);
    }
    link.dispose();
  });

  it('keeps its memory while a program never stops printing', async () => {
    const session = await host.spawn(['sh', '-c', 'stty raw -echo; yes'], { ringBytes: megabyte });
    const client = await host.attach(session, { right: 'observe' });
    const end = async (): Promise<number> =>
      (await host.control.call('host/list', {})).sessions.find((one) => one.session === session)
        ?.end ?? 0;
    await until('the first bytes', async () => (await end()) > 20 * megabyte);
    const before = await rss();
    const wanted = (isLong ? 5000 : 80) * megabyte;
    let most = 0;
    while ((await end()) < wanted) most = Math.max(most, await rss());
    client.stream.dispose();
    assert.ok(most - before < 48 * megabyte, `${most - before} bytes more`);
  });

  it('passes on exactly what no terminal would expect', async () => {
    const scripts: readonly (readonly [script: string, expected: () => Buffer])[] = [
      ["process.stdout.write('x'.repeat(10_000_000))", () => Buffer.alloc(10_000_000, 'x')],
      [
        "process.stdout.write('\\x1b]0;' + 'never ends '.repeat(500_000))",
        () => Buffer.from(`\u001b]0;${'never ends '.repeat(500_000)}`),
      ],
      [
        'const b = Buffer.alloc(1_000_000); for (let i = 0; i < b.length; i += 1) b[i] = (i * 7919 + (i >> 8)) % 256; process.stdout.write(b)',
        () => Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7919 + (i >> 8)) % 256)),
      ],
      [
        `const fs = require('fs'); for (let i = 0; i < ${tinyWrites}; i += 1) for (;;) try { fs.writeSync(1, String.fromCharCode(97 + i % 26)); break; } catch {}`,
        () => Buffer.from(Array.from({ length: tinyWrites }, (_, i) => 97 + (i % 26))),
      ],
    ];
    for (const [script, expected] of scripts) {
      const client = await run(script);
      const wanted = expected();
      const got = bodyOf(client);
      assert.deepEqual([got.length, hashOf(got)], [wanted.length, hashOf(wanted)], script);
      assert.deepEqual(client.gaps, []);
      client.stream.dispose();
    }
  });

  it('refuses sizes that no terminal has, and cursors that were never reached', async () => {
    const session = await host.spawn(['sh', '-c', 'echo ready; read x']);
    const watcher = await host.attach(session, { right: 'observe' });
    await watcher.see('ready');
    const sizes = [
      { cols: 0, rows: 0 },
      { cols: 34_464, rows: 100 },
      { cols: 80, rows: 2001 },
    ];
    for (const size of sizes) {
      const link = await connectControl(host.file, 'odd');
      const { channel } = await link.call('host/attach', { session });
      const reason = new Promise((resolve) => link.onDidClose(({ code }) => resolve(code)));
      link.send({ kind: 'resize', channel, payload: encodeSize(size) });
      assert.equal(await reason, 'badFrame');
    }
    const cursors = [
      { generation: 0, seq: 1_000_000 },
      { generation: 7, seq: 0 },
    ];
    for (const cursor of cursors) {
      const refused = await host.control
        .call('host/attach', { session, cursor })
        .catch(errorCodeOf);
      assert.equal(refused, 'badRequest');
    }
    assert.deepEqual(watcher.stream.size, { cols: 80, rows: 24 });
    watcher.stream.dispose();
  });
});
