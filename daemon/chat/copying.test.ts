import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Connection } from '../store/connection.ts';
import { openConnection } from '../store/connection.ts';
import { migrate } from '../store/migrate.ts';
import type { StoreContext } from '../store/store.ts';
import { chatStore } from './chat.store.ts';
import type { ChatTables } from './chatTables.store.ts';
import type { OpenEntry } from './journal.ts';

const { methods } = chatStore;
const context = {
  now: '2026-11-28T12:00:00.000Z',
  nextRevision: () => Promise.resolve(1),
  forget: () => undefined,
} as unknown as StoreContext;

function said(position: number, turn: number): OpenEntry {
  const content = { kind: 'text', text: `${position}` } as const;
  const at = context.now;
  return { position, key: `${position}`, turn, at, isOpen: false, parent: null, content };
}

describe('the copy of a journal', () => {
  let directory: string;
  let connection: Connection;
  let db: Kysely<ChatTables>;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wgl-copy-'));
    connection = openConnection(join(directory, 'waggle.db'));
    await migrate(connection, [chatStore], directory);
    db = connection.db as Kysely<ChatTables>;
  });
  afterEach(() => {
    connection.close();
    rmSync(directory, { recursive: true });
  });

  const write = async (sessionId: string, entries: readonly OpenEntry[]): Promise<void> => {
    const carry = { restart: false, bytes: undefined };
    const rest = { chat: undefined, cursor: undefined, carry, out: [], settled: [] };
    const attachments = [{ position: 1, number: 0, name: 'a', mediaType: 'image/png', data: '' }];
    await methods.commit(db, { sessionId, entries, attachments, ...rest }, context);
  };
  const positions = async (sessionId: string): Promise<number[]> => {
    const page = await methods.read(db, { sessionId, from: 1, back: false, limit: 10 });
    return page.entries.map(({ position }) => position);
  };

  it('says where it ends, and which turns are in it', async () => {
    await write('a', [said(1, 1), said(2, 1), said(3, 2)]);
    assert.deepEqual(await methods.copy(db, { from: 'a', to: 'b' }, context), { end: 3, turns: 2 });
    assert.deepEqual(await methods.copy(db, { from: 'none', to: 'c' }, context), {
      end: 0,
      turns: 0,
    });
  });

  it('is made once: after a kill it is as it was, whatever became of the other', async () => {
    await write('a', [said(1, 1)]);
    await methods.copy(db, { from: 'a', to: 'b' }, context);
    await write('a', [said(2, 2)]);
    assert.deepEqual(await methods.copy(db, { from: 'a', to: 'b' }, context), { end: 1, turns: 1 });
    await methods.remove(db, { sessionId: 'a' }, context);
    assert.deepEqual(await methods.copy(db, { from: 'a', to: 'b' }, context), { end: 1, turns: 1 });
    assert.deepEqual(await positions('b'), [1]);
  });
});
