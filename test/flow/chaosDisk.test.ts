/** A disk that is full while sessions run: they run on, what cannot be kept is said, and all of it comes back by itself. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import { SmallDisk } from '../support/smallDisk.ts';
import { writeClaudeTranscript } from '../support/transcripts.ts';
import type { Screen } from './sessionHome.ts';
import { SessionHome, until } from './sessionHome.ts';

/** What R-13 promises, from the moment there is room. */
const recoveryMs = 10_000;

const outcomeOf = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'done',
    (error: unknown) => errorCodeOf(error),
  );

/** What is asked of the daemon about one session, and what it told meanwhile. */
interface Asking {
  readonly told: readonly string[][];
  readonly rename: (name: string) => Promise<string>;
  /** What is kept of the output. */
  readonly kept: () => Promise<string>;
  readonly warnings: () => Promise<string>;
}

function ask(link: DaemonLink, { id: sessionId }: Session): Asking {
  const told: string[][] = [];
  link.onEvent('daemon/warned', ({ warnings }) => told.push(warnings));
  return {
    told,
    rename: (name) => outcomeOf(link.call('session/rename', { sessionId, name })),
    async kept() {
      const { data } = await link.call('session/history', { sessionId });
      return Buffer.from(data, 'base64').toString();
    },
    warnings: async () => (await link.call('daemon/status', {})).warnings.join(),
  };
}

interface Changing {
  readonly home: SessionHome;
  readonly link: DaemonLink;
  readonly session: Session;
  readonly transcript: string;
}

/** Ways to change something, by what they are; each tells what became of it. */
function listChanges(changing: Changing): Record<string, () => Promise<string>> {
  const { home, link, session, transcript } = changing;
  const { id: sessionId } = session;
  const environment = { ...home.env, HOME: home.folder };
  const open = { agent: 'command', command: ['true'] };
  const change = { output: 'full' } as const;
  return {
    rename: () => outcomeOf(link.call('session/rename', { sessionId, name: 'while it is full' })),
    open: () => outcomeOf(home.openSession(link, open)),
    keep: () => outcomeOf(link.call('session/keep', { sessionId, change })),
    import: () => outcomeOf(link.call('conversation/import', { environment, path: transcript })),
  };
}

/** Everything that did not go, within what is promised from now on. */
async function waitForRecovery({ rename, kept, warnings }: Asking, screen: Screen): Promise<void> {
  const roomAt = performance.now();
  const leftMs = (): number => recoveryMs - (performance.now() - roomAt);
  const isNamed = async (): Promise<boolean> => (await rename('there is room again')) === 'done';
  await until(isNamed, 'changes are kept', leftMs());
  await screen.type('kept again\n');
  await until(async () => (await warnings()) === '', 'nothing is warned of', leftMs());
  const isWhole = async (): Promise<boolean> =>
    /^before.*kept again\r\nkept again/s.test(await kept());
  await until(isWhole, 'the history goes on', leftMs());
}

function checkDatabase(home: SessionHome): unknown {
  const database = new Database(home.paths.database);
  try {
    return database.pragma('integrity_check');
  } finally {
    database.close();
  }
}

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

  it('run on, say that nothing is recorded, refuse what must be kept, and record again when there is room', async () => {
    if (home === undefined || disk === undefined) throw new Error('no disk');
    const link = await home.connect('window-0');
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const screen = await home.attach(link, session.id, 'window-1');
    await screen.type('before\n');
    await screen.waitFor('before\r\nbefore');

    const asking = ask(link, session);
    assert.equal(await asking.warnings(), '');
    await until(async () => (await asking.kept()).includes('before\r\nbefore'), 'it is kept');
    const about = { home: home.folder, cwd: home.folder, prompt: 'Fix it' };
    const transcript = writeClaudeTranscript(about);

    const full = disk;
    await until(async () => {
      full.fill();
      await screen.type('not kept\n');
      return (await asking.warnings()).includes('Not recording');
    }, 'the warning');
    const changes = listChanges({ home, link, session, transcript });
    for (const [kind, change] of Object.entries(changes))
      await until(async () => {
        // What was put by comes back once, and what the files have room for is kept; then nothing is left.
        full.fill();
        const outcome = await change();
        assert.ok(['done', 'diskFull'].includes(outcome), `${kind}: ${outcome}`);
        return outcome === 'diskFull';
      }, `${kind} is refused`);
    await screen.type('still here\n');
    await screen.waitFor('still here\r\nstill here');
    const { session: listed } = await link.call('session/get', { sessionId: session.id });
    assert.equal(listed.status, 'running');

    full.empty();
    await waitForRecovery(asking, screen);
    const wasTold = asking.told.some((texts) => texts.join().includes('Not recording'));
    assert.deepEqual([wasTold, asking.told.at(-1)], [true, []], 'clients are told');
    await home.killDaemon();
    assert.deepEqual(checkDatabase(home), [{ integrity_check: 'ok' }]);
    await home.startDaemon();
    const again = await home.connect('window-2');
    const { session: now } = await again.call('session/get', { sessionId: session.id });
    assert.deepEqual([now.name, now.status], ['there is room again', 'running']);
  });
});
