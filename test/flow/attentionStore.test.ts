import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { attentionStore } from '../../daemon/attention/attention.store.ts';
import { keptNotices } from '../../daemon/attention/attention.store.ts';
import type { Stores, StoreProxy } from '../../daemon/store/store.ts';
import { openStores } from '../../daemon/store/store.ts';
import { startStoreThread } from '../../daemon/storeThread.ts';
import type { Notice } from '../../protocol/attention/notice.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';

const own = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');
const other = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c');

describe('what is kept of notices', function () {
  this.timeout(60_000);
  let directory: string;
  let stores: Stores;
  let store: StoreProxy<typeof attentionStore>;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-a-'));
    mkdirSync(join(directory, 'backup'), { mode: 0o700 });
    await open();
  });
  afterEach(async () => {
    await stores.stop();
    rmSync(directory, { recursive: true });
  });

  async function open(): Promise<void> {
    const entry = join(import.meta.dirname, '..', '..', 'daemon', 'storeWorker.ts');
    stores = await openStores({
      thread: startStoreThread(entry),
      location: {
        database: join(directory, 'waggle.db'),
        backupDir: join(directory, 'backup'),
        reserveFile: join(directory, 'reserve'),
      },
      onNotice: () => undefined,
      onWarning: () => undefined,
      onFailed: (error) => assert.fail(error),
    });
    store = stores.openStore<typeof attentionStore>('attention');
  }

  function notice(cursor: number, over: Partial<Notice> = {}): Notice {
    return {
      ...{ id: cursor.toString(16).padStart(32, '0'), cursor, kind: 'question', sessionId: own },
      ...{ title: 'api', text: `text ${cursor}`, at: '2026-03-02T12:00:00.000Z', ...over },
    };
  }

  const add = (one: Notice): Promise<void> => store.add({ notice: one, cursor: one.cursor });

  it('is every notice as it was, with what became of it', async () => {
    const silenced = notice(2, { silence: 'muted', sessionId: null });
    for (const one of [notice(1), silenced]) await add(one);
    const settledAt = '2026-03-02T13:00:00.000Z';
    await store.settle({ id: notice(1).id, settledAt });
    await store.read({ reader: 'cli', cursor: 1 });
    await store.read({ reader: 'cli', cursor: 2 });
    await store.writeSettings({ settings: '{"dwellMs":1}' });
    const mutes = [
      { sessionId: null, until: settledAt },
      { sessionId: own, until: null },
    ];
    await store.writeMutes({ mutes });
    await stores.stop();
    await open();
    assert.deepEqual(await store.load({}), {
      notices: [{ ...notice(1), settledAt }, silenced],
      cursor: 2,
      readers: [{ reader: 'cli', cursor: 2 }],
      mutes,
      settings: '{"dwellMs":1}',
    });
  });

  it('are the newest thousand', async () => {
    await Promise.all(Array.from({ length: keptNotices + 5 }, (_, at) => add(notice(at + 1))));
    const { notices } = await store.load({});
    assert.deepEqual(
      [notices.length, notices[0]?.cursor, notices.at(-1)?.cursor],
      [keptNotices, 6, keptNotices + 5],
    );
  });

  it('counts what is not kept, so that no cursor is given twice', async () => {
    await add(notice(1));
    await store.add({ notice: null, cursor: 2 });
    const { notices, cursor } = await store.load({});
    assert.deepEqual([notices.length, cursor], [1, 2]);
  });

  it('is nothing of a session that is deleted, in no file', async () => {
    await add(notice(1, { text: 'pelican' }));
    await add(notice(2, { text: 'heron', sessionId: other }));
    await store.writeMutes({ mutes: [{ sessionId: own, until: null }] });
    await store.forgetSession({ sessionId: own });
    const { notices, mutes } = await store.load({});
    assert.deepEqual([notices.map(({ text }) => text), mutes], [['heron'], []]);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    assert.ok(files.every((bytes) => !bytes.includes('pelican') && !bytes.includes(own)));
  });

  it('leaves out what a later version wrote in words that this one does not know', async () => {
    await add(notice(1));
    await add(notice(2));
    const database = new Database(join(directory, 'waggle.db'));
    database.prepare('update notice set silence = ? where cursor = 1').run('sunspots');
    database.close();
    assert.deepEqual(
      (await store.load({})).notices.map(({ cursor }) => cursor),
      [2],
    );
  });
});
