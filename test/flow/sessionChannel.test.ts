import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { readStartTime } from '../../link/process/process.ts';
import { Screen, SessionHome, until } from './sessionHome.ts';
import { readFileSync } from 'node:fs';

describe('a session over a channel of the daemon', () => {
  let home: SessionHome;
  let link: DaemonLink;
  before(async function () {
    this.timeout(60_000);
    home = await SessionHome.open();
    link = await home.connect('window-0');
  });
  after(() => home.close());

  const kill = (id: Parameters<SessionHome['attachChannel']>[1]) =>
    link.call('session/kill', { sessionId: id });

  it('shows and takes the same as one at its host', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const near = await home.attach(link, session.id, 'window-0');
    const far = new Screen(await home.attachChannel(await home.connect('remote-1'), session.id));
    assert.equal(await far.type('from afar\n'), 'delivered');
    await near.waitFor('from afar\r\nfrom afar');
    await until(() => far.text === near.text, 'the same text');
    far.stream.resize({ cols: 101, rows: 31 });
    await until(() => near.stream.size.cols === 101, 'the size of the writer');
    await kill(session.id);
    await until(() => far.stream.exit !== undefined, 'the exit mark');
  });

  it('goes over the TCP port as well', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const options = { paths: home.paths, kind: 'test', clientId: 'tcp-1', via: 'tcp' } as const;
    const remote = await connectDaemon(options);
    await assert.rejects(remote.call('session/attach', { sessionId: session.id, via: 'host' }), {
      code: 'badRequest',
    });
    const screen = new Screen(await home.attachChannel(remote, session.id));
    assert.equal(await screen.type('over tcp\n'), 'delivered');
    await screen.waitFor('over tcp\r\nover tcp');
    remote.dispose();
    await kill(session.id);
  });

  it('continues with the same client where it was, and types nothing twice', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const remote = await home.connect('remote-2');
    const first = new Screen(await home.attachChannel(remote, session.id));
    assert.equal(await first.type('one\n'), 'delivered');
    await first.waitFor('one\r\none');
    const { cursor } = first.stream;
    first.stream.dispose();
    const second = new Screen(await home.attachChannel(remote, session.id, { cursor }));
    assert.equal(await second.type('two\n'), 'delivered');
    await second.waitFor('two\r\ntwo');
    assert.equal(second.text, 'two\r\ntwo\r\n');
    await kill(session.id);
  });

  it('ends with its connection, and the session runs on', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const remote = await home.connect('remote-3');
    await home.attachChannel(remote, session.id);
    const countClients = async (): Promise<number> =>
      (await link.call('session/get', { sessionId: session.id })).session.clients;
    await until(async () => (await countClients()) === 1, 'one client');
    remote.dispose();
    await until(async () => (await countClients()) === 0, 'no client');
    await kill(session.id);
  });

  it('tells its viewer when it was deleted', async () => {
    const session = await home.openSession(link, { agent: 'command', command: ['true'] });
    const remote = await home.connect('remote-4');
    const stream = await home.attachChannel(remote, session.id);
    let closed: string | undefined;
    stream.onClosed(({ code }) => (closed = code));
    await until(() => stream.exit !== undefined, 'the exit mark');
    await link.call('session/delete', { sessionId: session.id });
    await until(() => closed !== undefined, 'the end of the stream');
    assert.equal(closed, 'notFound');
  });

  it('keeps nothing for a viewer that does not read on: it is given a gap', async function () {
    this.timeout(90_000);
    const command = [
      'sh',
      '-c',
      'read x; head -c 40000000 /dev/zero | tr "\\0" x; echo; echo all-done; read x',
    ];
    const session = await home.openSession(link, { agent: 'command', command });
    const remote = await home.connect('remote-5');
    const stream = await home.attachChannel(remote, session.id, { acknowledge: 'manual' });
    let bytes = 0;
    let gaps = 0;
    let tail = '';
    stream.onOutput((output) => {
      bytes += output.bytes.length;
      tail = (tail + Buffer.from(output.bytes).toString('latin1')).slice(-100);
    });
    stream.onGap(() => (gaps += 1));
    const pid = home.daemonPid;
    assert.ok(readStartTime(pid) !== undefined);
    const before = residentBytes(pid);
    assert.equal(await stream.write(new TextEncoder().encode('\n')), 'delivered');
    const near = await home.attach(link, session.id, 'window-0');
    await until(
      () => near.text.includes('all-done') || ((near.text = near.text.slice(-200)), false),
      'the end',
      60_000,
    );
    assert.ok(bytes < 4 * 1024 * 1024, `${bytes} came unacknowledged`);
    assert.ok(residentBytes(pid) - before < 64 * 1024 * 1024, 'the daemon holds it');
    stream.acknowledge(stream.cursor.seq);
    await until(
      () => (stream.acknowledge(stream.cursor.seq), tail.includes('all-done')),
      'the rest',
    );
    assert.ok(gaps > 0);
    await kill(session.id);
  });
});

function residentBytes(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
  return Number(pages) * 4096;
}
