import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostLink } from '../../link/host/host.ts';
import type { Frame } from '../../protocol/wire/frame.ts';
import { decodeInputOutcome } from '../../protocol/wire/mark.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { HostFixture, connectControl, until } from './ptyhostFixture.ts';

/** Reads a pipe session as the daemon does: acknowledges what it "committed", and loses the rest with its life. */
class Follower {
  readonly link: HostLink;
  readonly chunks: Buffer[] = [];
  readonly answers: (readonly [number, string | undefined])[] = [];
  seq: number;
  channel = 0;
  ended = false;

  private constructor(link: HostLink, seq: number) {
    this.link = link;
    this.seq = seq;
  }

  static async attach(host: HostFixture, session: SessionId, seq: number): Promise<Follower> {
    const follower = new Follower(await connectControl(host.file, 'the-daemon'), seq);
    const cursor = { generation: 0, seq };
    const opened = await follower.link.call('host/attach', { session, cursor, pace: 'background' });
    follower.channel = opened.channel;
    follower.link.onFrame(opened.channel, (frame) => follower.receive(frame));
    return follower;
  }

  receive({ kind, seq, payload }: Frame): void {
    if (kind === 'output') {
      assert.equal(seq, this.seq, 'nothing lost, nothing doubled');
      this.seq += payload.length;
      this.chunks.push(Buffer.from(payload));
    } else if (kind === 'inputAnswer') this.answers.push([seq, decodeInputOutcome(payload)]);
    else if (kind === 'exit') this.ended = true;
    else assert.notEqual(kind, 'gap');
  }

  commit(seq: number): void {
    this.link.send({ kind: 'ack', channel: this.channel, generation: 0, seq });
  }

  send(number: number, text: string): void {
    const payload = Buffer.from(text);
    this.link.send({ kind: 'input', channel: this.channel, seq: number, payload });
  }
}

describe('a pipe session', function () {
  this.timeout(60_000);
  let host: HostFixture;

  beforeEach(async () => {
    host = await HostFixture.start({ kind: 'pipe' });
  });

  afterEach(() => host.stop());

  it('loses and doubles nothing while its reader dies again and again', async () => {
    const file = join(host.home, 'data');
    const data = Buffer.alloc(6_000_000);
    for (let at = 0; at < data.length; at += 1) data[at] = (at * 2_654_435_761) >>> 24;
    writeFileSync(file, data);
    const session = await host.spawn(['cat', file], { ringBytes: 512 * 1024 });
    const committed: Buffer[] = [];
    let seq = 0;
    for (let life = 0; life < 12; life += 1) {
      const follower: Follower = await Follower.attach(host, session, seq);
      const isLast = life === 11;
      const goal = Math.min(data.length, seq + 300_000 + life * 1000);
      let acked = seq;
      await until('more output', () => {
        const isFar = follower.seq - acked >= 100_000 || follower.seq >= data.length;
        if (isFar) follower.commit((acked = follower.seq));
        return isLast ? follower.ended : follower.seq >= goal;
      });
      // What came after the last commit dies with this reader and comes again.
      committed.push(Buffer.concat(follower.chunks).subarray(0, acked - seq));
      seq = acked;
      follower.link.dispose();
    }
    const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    assert.equal(hashOf(Buffer.concat(committed)), hashOf(readFileSync(file)));
  });

  it('holds its program back while nobody acknowledges', async () => {
    const progress = join(host.home, 'progress');
    const script =
      'i=0; while [ $i -lt 100 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i >"$0"; done';
    const session = await host.spawn(['sh', '-c', script, progress], { ringBytes: 512 * 1024 });
    const follower = await Follower.attach(host, session, 0);
    // Everything the queue holds arrives; then it stands still until something is acknowledged.
    await until('a full queue', () => follower.seq >= 512 * 1024 - 65_536);
    let [last, since] = ['', Date.now()];
    await until('a program that stands still', () => {
      const now = readFileSync(progress, 'utf8');
      if (now !== last) [last, since] = [now, Date.now()];
      return Date.now() - since > 300;
    });
    const { sessions } = await host.control.call('host/list', {});
    const [row] = sessions;
    assert.deepEqual([row?.start, row?.acked, row?.exit], [0, 0, null]);
    assert.ok(Number(last) < 20, last);
    const drain = setInterval(() => follower.commit(follower.seq), 2);
    await until('the end', () => follower.ended);
    clearInterval(drain);
    assert.equal(follower.seq, 100 * 65_536);
    follower.link.dispose();
  });

  it('takes a numbered message once, and the end of input', async () => {
    const session = await host.spawn(['cat']);
    const first = await Follower.attach(host, session, 0);
    first.send(1, 'one\n');
    first.send(2, 'two\n');
    await until('both answers', () => first.answers.length === 2);
    first.link.dispose();
    const second = await Follower.attach(host, session, 0);
    second.send(2, 'two\n');
    second.send(3, 'three\n');
    await until('both answers', () => second.answers.length === 2);
    await host.control.call('host/eof', { session });
    await until('the end', () => second.ended);
    second.link.dispose();
    assert.equal(Buffer.concat(second.chunks).toString(), 'one\ntwo\nthree\n');
    assert.deepEqual(second.answers, [
      [2, 'delivered'],
      [3, 'delivered'],
    ]);
  });

  it('keeps the end of its standard error apart', async () => {
    const script = 'echo out; head -c 70000 /dev/zero | tr "\\0" e >&2; echo last >&2; exit 3';
    const session = await host.spawn(['sh', '-c', script]);
    const follower = await Follower.attach(host, session, 0);
    await until('the end', () => follower.ended);
    follower.link.dispose();
    const errors = await host.control.call('host/readErrors', { session });
    const text = Buffer.from(errors.data, 'base64').toString();
    assert.equal(Buffer.concat(follower.chunks).toString(), 'out\n');
    assert.deepEqual([errors.start, errors.end, text.length], [70_005 - 65_536, 70_005, 65_536]);
    assert.match(text, /elast\n$/);
    const { sessions } = await host.control.call('host/list', {});
    assert.deepEqual([sessions[0]?.exit?.code, sessions[0]?.kind], [3, 'pipe']);
  });

  it('runs without a terminal, in a session of its own, with three descriptors', async () => {
    const other = await host.spawn(['sleep', '100']);
    const script = 'tty; ps -o sid= -p $$ | tr -d " "; echo $$; ls /proc/self/fd | tr "\\n" " "';
    const session = await host.spawn(['sh', '-c', script]);
    const follower = await Follower.attach(host, session, 0);
    await until('the end', () => follower.ended);
    follower.link.dispose();
    const [terminal, sid, pid, descriptors] = Buffer.concat(follower.chunks).toString().split('\n');
    assert.deepEqual([terminal, sid, descriptors], ['not a tty', pid, '0 1 2 3 ']);
    await host.control.call('host/signal', { session: other, signal: 'SIGKILL' });
  });

  it('ignores frames for channels that are closed', async () => {
    const session = await host.spawn(['cat']);
    const follower = await Follower.attach(host, session, 0);
    await follower.link.call('host/detach', { channel: follower.channel });
    follower.send(1, 'nobody\n');
    follower.link.send({ kind: 'ack', channel: 77, seq: 5 });
    const { sessions } = await follower.link.call('host/list', {});
    assert.deepEqual([sessions[0]?.clients, sessions[0]?.end], [0, 0]);
    await host.control.call('host/eof', { session });
    follower.link.dispose();
  });
});
