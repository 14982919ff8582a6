import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepAtFirst } from '../../protocol/session/keeping.ts';
import type { ImportingContext } from './importing.ts';
import { beginImport } from './importing.ts';
import type { SessionRow } from './row.ts';
import { Spool } from './spool.ts';

describe('an import', () => {
  it('fails when the disk does not take it, and leaves nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'waggle-import-'));
    const rows = new Map<string, SessionRow>();
    const spool = new Spool({
      directory,
      appendTo: () => Promise.reject(new Error('ENOSPC: no space left on device')),
    });
    const context = {
      daemon: { clock: { now: () => Date.now() }, daemonId: 'd' },
      nouns: { workspaces: { locate: async () => 'w' }, roles: { getDefault: () => 'r' } },
      sessions: {
        add: async (row: SessionRow) => rows.set(row.id, row) && row,
        remove: async (id: string) => rows.delete(id),
        get: (id: string) => rows.get(id),
        toSession: (row: SessionRow) => row,
      },
      keeping: { default: keepAtFirst },
      spool,
    };
    const source = { agent: 'claude', conversationId: 'c', directory: null, name: 'hello' };
    const draft = await beginImport(context as unknown as ImportingContext, source);
    await draft.write('something that was said');
    await assert.rejects(draft.finish(), { code: 'diskFull' });
    await draft.discard();
    assert.deepEqual([rows.size, readdirSync(directory)], [0, []]);
    rmSync(directory, { recursive: true });
  });
});
