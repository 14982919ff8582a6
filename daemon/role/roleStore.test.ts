import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Connection } from '../store/connection.ts';
import { openConnection } from '../store/connection.ts';
import { migrate } from '../store/migrate.ts';
import type { RoleRow, RoleTables } from './role.store.ts';
import { roleStore } from './role.store.ts';

const at = '2026-11-28T12:00:00.000Z';

function aRole(over: Partial<RoleRow>): RoleRow {
  return {
    ...{ id: 'r-new', ownerDaemonId: 'd', name: 'Default', isDefault: true, tagLine: '' },
    ...{ tier: 'member', agent: null, model: null, workspaceId: null, owner: 'person' },
    ...{ archived: false, createdAt: at, revision: 0, ...over },
  };
}

describe('roles of an older version', () => {
  let directory: string;
  let connection: Connection;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-role-'));
    connection = openConnection(join(directory, 'waggle.db'));
  });
  afterEach(() => {
    connection.close();
    rmSync(directory, { recursive: true });
  });

  it('are read as they were: the one default role stays that of sessions in no repository', async () => {
    const [first] = roleStore.migrations;
    assert.ok(first);
    await migrate(connection, [{ ...roleStore, migrations: [first] }], directory);
    connection.raw
      .prepare('insert into role values (?, ?, ?, 1, ?, ?, null, 3)')
      .run('r-old', 'd', 'Default', at, at);
    await migrate(connection, [roleStore], directory);
    const db = connection.db as Kysely<RoleTables>;
    const context = {
      now: at,
      nextRevision: () => Promise.resolve(4),
      forget: () => undefined,
    };
    const { ensureDefault, list } = roleStore.methods;
    const kept = await ensureDefault(db, aRole({}), context);
    assert.deepEqual(kept, aRole({ id: 'r-old', ownerDaemonId: 'd', revision: 3 }));
    await ensureDefault(db, aRole({ id: 'r-shop', workspaceId: 'w' }), context);
    await ensureDefault(db, aRole({ id: 'r-again', workspaceId: 'w' }), context);
    assert.deepEqual(
      (await list(db, {})).map(({ id, workspaceId }) => [id, workspaceId]),
      [
        ['r-old', null],
        ['r-shop', 'w'],
      ],
    );
  });
});
