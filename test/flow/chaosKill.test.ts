/** Daemons that are killed at any moment under load: what was acknowledged is there afterwards, and the file is whole. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Session } from '../../protocol/session/session.ts';
import { createRandom } from '../support/hostileOutput.ts';
import { SessionHome, until } from './sessionHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const kills = isLong ? 100 : 20;
const random = createRandom(Number(process.env['WAGGLE_TEST_SEED'] ?? 1));

/** Numbers that a session was tagged with: the last one sent, and the last one that was acknowledged. */
interface Ledger {
  readonly session: Session;
  sent: number;
  acknowledged: number;
}

/** One change after the other until the connection breaks. */
async function tagOn(link: DaemonLink, ledger: Ledger): Promise<void> {
  while (!link.isClosed) {
    ledger.sent += 1;
    const tags = [String(ledger.sent)];
    try {
      await link.call('session/tag', { sessionId: ledger.session.id, tags });
      ledger.acknowledged = ledger.sent;
    } catch (error) {
      if (!link.isClosed) throw error;
    }
  }
}

describe('daemons that are killed at any moment', function () {
  this.timeout(30_000 + kills * 8000);
  let home: SessionHome;
  beforeEach(async () => {
    home = await SessionHome.open();
  });
  afterEach(() => home.close());

  it('keep every change that they acknowledged, and every session', async () => {
    const first = await home.connect('window-0');
    const command = ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done'];
    const ledgers: Ledger[] = [];
    for (let count = 0; count < 4; count += 1) {
      const session = await home.openSession(first, { agent: 'command', command });
      ledgers.push({ session, sent: 0, acknowledged: 0 });
    }
    let acknowledged = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const link = await home.connect(`window-${kill + 1}`);
      const { sessions } = await link.call('session/list', { history: true });
      for (const ledger of ledgers) {
        const found = sessions.find(({ id }) => id === ledger.session.id);
        assert.deepEqual([found?.status, found?.pid], ['running', ledger.session.pid]);
        const tag = Number(found?.tags[0] ?? 0);
        // One that was on its way may have been written without anybody hearing of it.
        assert.ok(tag >= ledger.acknowledged && tag <= ledger.sent, `${tag} of ${ledger.sent}`);
      }
      const working = ledgers.map((ledger) => tagOn(link, ledger));
      await delay(5 + random.below(isLong ? 3000 : 600));
      await home.killDaemon();
      await Promise.all(working);
      acknowledged += ledgers.reduce((sum, ledger) => sum + ledger.acknowledged, 0);
      await home.startDaemon();
    }
    assert.ok(acknowledged > kills, `${acknowledged} changes were acknowledged`);
    await home.killDaemon();
    const database = new Database(home.paths.database);
    assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    database.close();
    await home.startDaemon();
  });

  it('leave nobody who waits for their turn in a crowd without an answer', async () => {
    const link = await home.connect('window-0');
    let answered = 0;
    const call = async (): Promise<string> => {
      try {
        await link.call('session/list', {});
        answered += 1;
        return 'done';
      } catch (error) {
        return error instanceof WaggleError ? error.code : String(error);
      }
    };
    const calls = Array.from({ length: 2000 }, call);
    await until(() => answered > 0, 'the first has its turn');
    await home.killDaemon();
    const outcomes = new Set(await Promise.all(calls));
    assert.deepEqual([...outcomes].toSorted(), ['daemonUnreachable', 'done']);
    await home.startDaemon();
  });

  it('leave nobody who waits for an answer without one', async () => {
    const link = await home.connect('window-0');
    const session = await home.openSession(link, { agent: 'command', command: ['cat'] });
    const calls = Array.from({ length: 50 }, (_, index) =>
      link.call('session/rename', { sessionId: session.id, name: `name ${index}` }).then(
        () => 'done',
        () => 'refused',
      ),
    );
    await home.killDaemon();
    const outcomes = await Promise.all(calls);
    await home.startDaemon();
    const again = await home.connect('window-0');
    const { session: now } = await again.call('session/get', { sessionId: session.id });
    const lastDone = outcomes.lastIndexOf('done');
    const names = outcomes.slice(lastDone).map((_, index) => `name ${lastDone + index}`);
    await until(() => link.isClosed, 'the first connection is closed');
    if (lastDone >= 0) assert.ok(names.includes(now.name), `${now.name} is older than ${names[0]}`);
  });
});
