/** Brings the schema to what this version's stores expect: all missing steps in one transaction, after a copy. */
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Connection } from './connection.ts';
import type { AnyStore, Migration } from './definition.ts';

const backupsKept = 3;

export interface MigrationReport {
  readonly applied: readonly number[];
  /** Path of the copy that was made before, when there was something to copy. */
  readonly backup: string | undefined;
}

/** Throws `newerSchema` when the file knows steps that these stores do not. */
export async function migrate(
  connection: Connection,
  stores: readonly AnyStore[],
  backupDir: string,
): Promise<MigrationReport> {
  const known = stores.flatMap((store) => store.migrations);
  const steps = known.toSorted((a, b) => a.version - b.version);
  refuseRepeated(steps);
  const done = readApplied(connection);
  const latest = steps.at(-1)?.version ?? 0;
  const newest = Math.max(0, ...done);
  const isForeign = [...done].some((version) => !steps.some((step) => step.version === version));
  if (newest > latest || isForeign)
    throw new WaggleError(
      'newerSchema',
      `The database has schema step ${newest}; this Waggle knows steps up to ${latest}.`,
      { fix: 'Install the newest Waggle, or set WAGGLE_HOME to another directory.' },
    );
  const missing = steps.filter((step) => !done.has(step.version));
  if (missing.length === 0) return { applied: [], backup: undefined };
  const backup = done.size === 0 ? undefined : makeBackup(connection, backupDir, newest);
  await apply(connection, missing);
  return { applied: missing.map((step) => step.version), backup };
}

function refuseRepeated(steps: readonly Migration[]): void {
  const repeated = steps.find((step, index) => steps[index - 1]?.version === step.version);
  if (repeated === undefined) return;
  throw new WaggleError('internal', `Two stores declare migration ${repeated.version}.`);
}

function readApplied({ raw }: Connection): Set<number> {
  const table = raw
    .prepare("select 1 from sqlite_master where type = 'table' and name = 'waggle_migration'")
    .get();
  if (table === undefined) return new Set();
  const versions = raw.prepare('select version from waggle_migration').pluck().all();
  return new Set(versions.map(Number));
}

function makeBackup({ raw }: Connection, backupDir: string, version: number): string {
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const path = join(backupDir, `waggle-${version}-${stamp}.db`);
  raw.prepare('vacuum into ?').run(path);
  chmodSync(path, 0o600);
  const copies = readdirSync(backupDir).filter((name) => /^waggle-\d+-.*\.db$/.test(name));
  const byAge = copies.toSorted((a, b) => stampOf(a).localeCompare(stampOf(b)));
  for (const old of byAge.slice(0, -backupsKept)) rmSync(join(backupDir, old));
  return path;
}

function stampOf(name: string): string {
  return name.replace(/^waggle-\d+-/, '');
}

async function apply({ raw, db }: Connection, missing: readonly Migration[]): Promise<void> {
  raw.exec('begin exclusive');
  try {
    raw.exec(
      'create table if not exists waggle_migration (version integer primary key, applied_at text not null)',
    );
    raw.exec(
      'create table if not exists waggle_revision (id integer primary key check (id = 1), value integer not null)',
    );
    raw.exec('insert or ignore into waggle_revision (id, value) values (1, 0)');
    const record = raw.prepare('insert into waggle_migration (version, applied_at) values (?, ?)');
    for (const step of missing) {
      await step.up(db);
      record.run(step.version, new Date().toISOString());
    }
    raw.exec('commit');
  } catch (error) {
    if (raw.inTransaction) raw.exec('rollback');
    throw error;
  }
}
