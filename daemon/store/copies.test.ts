import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { runInCopies } from './copies.ts';

describe('copies made before a migration', function () {
  this.timeout(30_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-copies-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function makeCopy(name: string, schema: string): string {
    const path = join(directory, name);
    const raw = new Database(path);
    raw.exec(schema);
    raw.close();
    return path;
  }

  const forget = (): Promise<void> =>
    runInCopies(directory, (db) => sql`delete from session`.execute(db));

  it('lose what is removed; those that cannot hold less are removed whole', async () => {
    const good = makeCopy(
      'good.db',
      "create table session (id text); insert into session values ('s')",
    );
    makeCopy('older.db', 'create table other (id text)');
    writeFileSync(join(directory, 'damaged.db'), 'no database at all');
    await forget();
    assert.deepEqual(readdirSync(directory), ['good.db']);
    const raw = new Database(good);
    assert.deepEqual(raw.prepare('select * from session').all(), []);
    raw.close();
  });

  it('stay when they cannot be written just now, and that is told when the others are done', async () => {
    const locked = new Database(makeCopy('a.db', 'create table session (id text)'));
    const other = makeCopy(
      'b.db',
      "create table session (id text); insert into session values ('s')",
    );
    locked.exec('begin exclusive');
    await assert.rejects(forget(), { code: 'SQLITE_BUSY' });
    locked.close();
    assert.deepEqual(readdirSync(directory), ['a.db', 'b.db']);
    const raw = new Database(other);
    assert.deepEqual(raw.prepare('select * from session').all(), []);
    raw.close();
  });
});
