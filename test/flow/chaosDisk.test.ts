/** A disk that is full while sessions run: they run on, what cannot be kept is said, and all of it comes back by itself. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { SmallDisk } from '../support/smallDisk.ts';
import { writeClaudeTranscript } from '../support/transcripts.ts';
import { SessionHome, until } from './sessionHome.ts';

/** What R-13 promises, from the moment there is room. */
const recoveryMs = 10_000;

const outcomeOf = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'done',
    (error: unknown) => errorCodeOf(error),
  );

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

    const kept = async (): Promise<string> => {
      const { data } = await link.call('session/history', { sessionId: session.id });
      return Buffer.from(data, 'base64').toString();
    };
    await until(async () => (await kept()).includes('before\r\nbefore'), 'it is kept');

    const full = disk;
    const path = writeClaudeTranscript({ home: home.folder, cwd: home.folder, prompt: 'Fix it' });
    const environment = { ...home.env, HOME: home.folder };
    const told: string[][] = [];
    link.onEvent('daemon/warned', ({ warnings }) => told.push(warnings));
    assert.equal(await warningsOf(link), '');
    const about = { sessionId: session.id };
    const rename = (name: string): Promise<string> =>
      outcomeOf(link.call('session/rename', { ...about, name }));
    await until(async () => {
      // Room that the daemon had put by comes back once; then nothing is left.
      full.fill();
      return (await rename('while it is full')) === 'diskFull';
    }, 'a change that cannot be kept is refused');
    await until(async () => {
      full.fill();
      await screen.type('not kept\n');
      return (await warningsOf(link)).includes('not recording');
    }, 'the warning');
    full.fill();
    const command = ['true'];
    const refused = {
      open: await outcomeOf(home.openSession(link, { agent: 'command', command })),
      keep: await outcomeOf(link.call('session/keep', { ...about, change: { output: 'full' } })),
      rename: await rename('while it is full'),
      import: await outcomeOf(link.call('conversation/import', { environment, path })),
    };
    assert.deepEqual(new Set(Object.values(refused)), new Set(['diskFull']), String(refused));
    await screen.type('still here\n');
    await screen.waitFor('still here\r\nstill here');
    const { sessions } = await link.call('session/list', { history: true });
    assert.deepEqual(
      sessions.map(({ id, name, status }) => [id, name === 'while it is full', status]),
      [[session.id, false, 'running']],
    );

    full.empty();
    const roomAt = performance.now();
    const leftMs = (): number => recoveryMs - (performance.now() - roomAt);
    const isNamed = async (): Promise<boolean> => (await rename('there is room again')) === 'done';
    await until(isNamed, 'changes are kept', leftMs());
    await screen.type('kept again\n');
    await until(async () => (await warningsOf(link)) === '', 'nothing is warned of', leftMs());
    const isWhole = async (): Promise<boolean> =>
      /^before.*kept again\r\nkept again/s.test(await kept());
    await until(isWhole, 'the history goes on', leftMs());
    const [first = [], last] = [
      told.find((texts) => texts.join().includes('not recording')),
      told.at(-1),
    ];
    assert.deepEqual([first.length > 0, last], [true, []], 'clients are told');
    await home.killDaemon();
    const database = new Database(home.paths.database);
    assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    database.close();
    await home.startDaemon();
    const again = await home.connect('window-2');
    const [listed] = (await again.call('session/list', { history: true })).sessions;
    assert.deepEqual([listed?.name, listed?.status], ['there is room again', 'running']);
  });
});
