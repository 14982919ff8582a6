import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { Statements } from './statements.ts';

describe('statements that were prepared before', () => {
  let raw: Database.Database;
  let statements: Statements;

  beforeEach(() => {
    raw = new Database(':memory:');
    raw.exec('create table t (a)');
    statements = new Statements(raw);
  });
  afterEach(() => statements.close());

  it('are the same as long as they are used, and as many as fit', () => {
    const first = statements.prepare('select a from t');
    for (let at = 0; at < 255; at += 1) statements.prepare(`select ${at}`);
    assert.equal(statements.prepare('select a from t'), first);
    for (let at = 0; at < 256; at += 1) statements.prepare(`select ${at}, 1`);
    assert.notEqual(statements.prepare('select a from t'), first);
    const long = `select '${'x'.repeat(5000)}'`;
    assert.notEqual(statements.prepare(long), statements.prepare(long));
  });

  it('see what changed in the schema', () => {
    const all = (): unknown[] => statements.prepare('select * from t').all();
    raw.exec("insert into t values ('one')");
    assert.deepEqual(all(), [{ a: 'one' }]);
    raw.exec('alter table t add column b');
    assert.deepEqual(all(), [{ a: 'one', b: null }]);
    raw.exec('drop table t');
    assert.throws(all, /no such table/);
  });
});
