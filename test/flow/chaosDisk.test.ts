/** A disk that is full while sessions run: they run on, what cannot be kept is said, and all of it comes back by itself. */
import assert from 'node:assert/strict';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { SmallDisk } from '../support/smallDisk.ts';
import { SessionHome, until } from './sessionHome.ts';

describe('sessions on a disk that is full', function () {
  this.timeout(90_000);
  let disk: SmallDisk | undefined;
  let home: SessionHome | undefined;
  const temporaryBefore = process.env['TMPDIR'];
  beforeEach(async function () {
    disk = SmallDisk.mount(64);
    if (disk === undefined) return this.skip();
    process.env['TMPDIR'] = disk.directory;
    home = await SessionHome.open();
  });
  afterEach(async () => {
    if (temporaryBefore === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporaryBefore;
    await home?.close();
    home = undefined;
    disk?.unmount();
  });

  const warningsOf = async (link: DaemonLink): Promise<string> =>
    (await link.call('daemon/status', {})).warnings.join();

  it('run on, say that nothing is recorded, refuse what must be kept, and record again when there is room', async () => {
    if (home === undefined || disk === undefined) throw new Error('no disk');
    const link = await home.connect('window-0');
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.type('before\n');
    await screen.waitFor('before\r\nbefore');

    const full = disk;
    const rename = async (name: string): Promise<string> => {
      const request = link.call('session/rename', { sessionId: session.id, name });
      return request.then(
        () => 'done',
        (error: unknown) => errorCodeOf(error),
      );
    };
    await until(async () => {
      // Room that the daemon had put by comes back once; then nothing is left.
      full.fill();
      return (await rename('while it is full')) === 'diskFull';
    }, 'a change that cannot be kept is refused');
    await until(async () => {
      full.fill();
      await screen.type('not kept\n');
      return (await warningsOf(link)).includes('Not recording');
    }, 'the warning');
    await screen.type('still here\n');
    await screen.waitFor('still here\r\nstill here');
    const { sessions } = await link.call('session/list', { history: true });
    assert.deepEqual(
      sessions.map(({ id, name, status }) => [id, name === 'while it is full', status]),
      [[session.id, false, 'running']],
    );

    full.empty();
    await until(async () => (await rename('there is room again')) === 'done', 'changes are kept');
    await screen.type('kept again\n');
    await until(async () => (await warningsOf(link)) === '', 'the warnings are taken back');
    await until(async () => {
      const page = await link.call('session/history', { sessionId: session.id });
      const kept = Buffer.from(page.data, 'base64').toString();
      return kept.includes('kept again\r\nkept again') && kept.startsWith('before\r\nbefore');
    }, 'the history goes on');
    await home.killDaemon();
    await home.startDaemon();
    const again = await home.connect('window-2');
    const [listed] = (await again.call('session/list', { history: true })).sessions;
    assert.deepEqual([listed?.name, listed?.status], ['there is room again', 'running']);
  });
});
