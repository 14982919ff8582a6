import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { errorCodeOf } from '../../protocol/wire/errors.ts';
import type { StoreNotice, StoreProxy, StoreWarning, Stores } from '../../daemon/store/store.ts';
import { acquireLock, openStores } from '../../daemon/store/store.ts';
import { startStoreThread } from '../../daemon/storeThread.ts';
import { until } from './daemonHome.ts';
import { variantVariable } from './storeFixture.ts';
import type { noteStore } from './storeFixture.ts';

type Notes = StoreProxy<typeof noteStore>;

describe('the store', () => {
  let directory: string;
  let opened: Stores[];
  let notices: StoreNotice[];
  let warnings: StoreWarning[];
  let failures: Error[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-store-'));
    mkdirSync(join(directory, 'backup'), { mode: 0o700 });
    [opened, notices, warnings, failures] = [[], [], [], []];
  });
  afterEach(async () => {
    for (const stores of opened) await stores.stop();
    rmSync(directory, { recursive: true });
  });

  async function open(variant = ''): Promise<Notes> {
    process.env[variantVariable] = variant;
    try {
      const stores = await openStores({
        thread: startStoreThread(join(import.meta.dirname, 'storeFixture.ts')),
        location: {
          database: databasePath(),
          backupDir: join(directory, 'backup'),
          reserveFile: join(directory, 'reserve'),
        },
        onNotice: (notice) => notices.push(notice),
        onWarning: (warning) => warnings.push(warning),
        onFailed: (error) => failures.push(error),
      });
      opened.push(stores);
      return stores.openStore<typeof noteStore>('note');
    } finally {
      delete process.env[variantVariable];
    }
  }

  const databasePath = (): string => join(directory, 'waggle.db');
  const stopAll = async (): Promise<void> => {
    for (const stores of opened.splice(0)) await stores.stop();
  };

  it('keeps what was answered, flushed fully and closed to others', async () => {
    const notes = await open();
    await Promise.all([notes.add('one'), notes.add('two'), notes.add('three')]);
    assert.equal(await notes.readSync(undefined), 2);
    assert.equal(statSync(databasePath()).mode & 0o777, 0o600);
    assert.equal(statSync(`${databasePath()}-wal`).mode & 0o077, 0);
    await stopAll();
    const again = await open();
    assert.deepEqual(await again.list(undefined), ['one', 'two', 'three']);
  });

  it('gives each call that changes something the next revision', async () => {
    const notes = await open();
    const revisions = await Promise.all(['a', 'b', 'c'].map((text) => notes.add(text)));
    assert.deepEqual(revisions, [1, 2, 3]);
  });

  it('takes back what a failing call wrote and keeps its neighbours in the same commit', async () => {
    const notes = await open();
    const outcomes = await Promise.allSettled([
      notes.add('before'),
      notes.addThenFail('lost'),
      notes.addThenThrow('lost too'),
      notes.add('after'),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : errorCodeOf(outcome.reason),
      ),
      [1, 'conflict', 'internal', 2],
    );
    assert.deepEqual(await notes.list(undefined), ['before', 'after']);
  });

  it('reads and answers busy while another program holds the write lock, then goes on', async () => {
    const notes = await open();
    await notes.add('mine');
    const foreign = new Database(databasePath());
    foreign.exec('begin immediate');
    const add = notes.add('waiting');
    await assert.rejects(add, { code: 'busy' });
    foreign.exec('rollback');
    foreign.close();
    assert.deepEqual(await notes.list(undefined), ['mine']);
    assert.equal(await notes.add('later'), 2);
  }).timeout(20_000);

  it('says diskFull when the file cannot grow, and still reads', async () => {
    const notes = await open();
    await notes.add('kept');
    await notes.limitPages(1);
    await assert.rejects(notes.add('x'.repeat(1_000_000)), { code: 'diskFull' });
    assert.deepEqual(await notes.list(undefined), ['kept']);
    assert.deepEqual(
      warnings.map((warning) => warning.key),
      ['store.full'],
    );
    await notes.limitPages(1_000_000);
    await notes.add('again');
    assert.deepEqual(await notes.list(undefined), ['kept', 'again']);
  });

  it('copies the file before a later version changes the schema', async () => {
    const first = await open();
    await first.add('old');
    await stopAll();
    const later = await open('later');
    assert.deepEqual(await later.list(undefined), ['old']);
    const [copy = '', ...others] = readdirSync(join(directory, 'backup'));
    assert.deepEqual(others, []);
    const path = join(directory, 'backup', copy);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const backup = new Database(path, { readonly: true });
    assert.deepEqual(backup.prepare('select text from note').pluck().all(), ['old']);
    backup.close();
  });

  it('leaves the old schema when a step fails halfway', async () => {
    const first = await open();
    await first.add('old');
    await stopAll();
    await assert.rejects(open('broken'), { code: 'internal' });
    const again = await open();
    assert.deepEqual(await again.list(undefined), ['old']);
  });

  it('refuses a database that a newer version wrote, and does not touch it', async () => {
    await open('later');
    await stopAll();
    const before = readFileSync(databasePath());
    await assert.rejects(open(), { code: 'newerSchema' });
    assert.deepEqual(readFileSync(databasePath()), before);
  });

  for (const [name, damage] of [
    ['garbage', () => writeFileSync(databasePath(), Buffer.alloc(8192, 0x5a))],
    ['a zeroed page', () => zeroPage(databasePath(), 1)],
    ['a cut file', () => truncateSync(databasePath(), 5000)],
  ] as const) {
    it(`puts ${name} aside, says so and serves a fresh database`, async () => {
      const first = await open();
      for (let number = 0; number < 50; number += 1) await first.add('x'.repeat(400));
      await stopAll();
      damage();
      const damaged = readFileSync(databasePath());
      const fresh = await open();
      assert.deepEqual(await fresh.list(undefined), []);
      await fresh.add('new');
      assert.deepEqual(
        warnings.map((warning) => warning.key),
        ['store.damaged'],
      );
      const aside = readdirSync(directory).filter((file) => /\.damaged-[^.]*Z$/.test(file));
      assert.deepEqual(
        aside.map((file) => readFileSync(join(directory, file)).equals(damaged)),
        [true],
      );
    });
  }

  it('rejects everything when its thread dies, and tells once', async () => {
    const notes = await open();
    await assert.rejects(notes.end(3), { code: 'internal' });
    await assert.rejects(notes.list(undefined), { code: 'internal' });
    assert.equal(failures.length, 1);
  });

  it('rejects calls after it was stopped', async () => {
    const notes = await open();
    await stopAll();
    await assert.rejects(notes.list(undefined), { code: 'stopped' });
  });

  it('commits what waits before it stops', async () => {
    const notes = await open();
    const adding = Promise.all(['a', 'b'].map((text) => notes.add(text)));
    await stopAll();
    await adding;
    assert.deepEqual(await (await open()).list(undefined), ['a', 'b']);
  });

  it('loses nothing that was acknowledged when its process is killed at any moment', async function () {
    const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
    this.timeout(isLong ? 1_800_000 : 120_000);
    const acknowledged: string[] = [];
    for (let round = 0; round < (isLong ? 200 : 6); round += 1) {
      const first = String(round * 1_000_000);
      const writer = spawn(
        process.execPath,
        [join(import.meta.dirname, 'storeWriter.ts'), directory, first],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(writer.stdout, 'data').then(([chunk]) => keep(acknowledged, String(chunk)));
      writer.stdout.on('data', (chunk) => keep(acknowledged, String(chunk)));
      setTimeout(() => writer.kill('SIGKILL'), Math.random() * 150);
      await once(writer, 'close');
      const notes = await open();
      const stored = new Set(await notes.list(undefined));
      await stopAll();
      assert.deepEqual(
        acknowledged.filter((number) => !stored.has(number)),
        [],
      );
    }
    assert.ok(acknowledged.length > 6);
  });

  it('goes on by itself after a full disk has room again', async function () {
    const disk = mountSmallDisk(directory);
    if (disk === undefined) this.skip();
    this.timeout(60_000);
    try {
      process.env[variantVariable] = '';
      const stores = await openStores({
        thread: startStoreThread(join(import.meta.dirname, 'storeFixture.ts')),
        location: {
          database: join(disk, 'waggle.db'),
          backupDir: disk,
          reserveFile: join(disk, 'reserve'),
        },
        onNotice: (notice) => notices.push(notice),
        onWarning: (warning) => warnings.push(warning),
        onFailed: (error) => failures.push(error),
      });
      opened.push(stores);
      const notes = stores.openStore<typeof noteStore>('note');
      await notes.add('before');
      fillDisk(join(disk, 'filler'));
      await assert.rejects(notes.addMany(Array.from({ length: 300 }, () => 'x'.repeat(8000))), {
        code: 'diskFull',
      });
      assert.deepEqual(await notes.list(undefined), ['before']);
      rmSync(join(disk, 'filler'));
      await notes.add('after');
      assert.deepEqual(await notes.list(undefined), ['before', 'after']);
      await until(() => warnings.length >= 2, 'the warning is taken back');
      assert.deepEqual(warnings.at(-1), { key: 'store.full', text: undefined });
      await stopAll();
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('does not open a database that it may not write', async function () {
    if (process.getuid?.() === 0) this.skip();
    await open();
    await stopAll();
    chmodSync(databasePath(), 0o400);
    await assert.rejects(open(), { code: 'internal' });
  });
});

describe('the lock of the daemon', () => {
  it('has one holder at a time', () => {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-lock-'));
    const path = join(directory, 'lock.db');
    const first = acquireLock(path);
    assert.ok(first !== undefined);
    assert.equal(acquireLock(path), undefined);
    first.dispose();
    const second = acquireLock(path);
    assert.ok(second !== undefined);
    second.dispose();
    rmSync(directory, { recursive: true });
  });
});

/** Collects whole lines. */
function keep(lines: string[], chunk: string): void {
  lines.push(...chunk.split('\n').filter((line) => line !== ''));
}

/** 16 MiB of memory as a file system; undefined where we may not mount. */
function mountSmallDisk(directory: string): string | undefined {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return undefined;
  const disk = join(directory, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=700', 'tmpfs', disk]);
  return mounted.status === 0 ? disk : undefined;
}

function fillDisk(path: string): void {
  const descriptor = openSync(path, 'w');
  const piece = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) writeSync(descriptor, piece);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC');
  } finally {
    closeSync(descriptor);
  }
}

function zeroPage(path: string, page: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0, page * 4096, (page + 1) * 4096);
  writeFileSync(path, bytes);
}
