import assert from 'node:assert/strict';
import { aRow } from '../../test/support/sessionRow.ts';
import { fromMeta, toMeta } from './row.ts';

describe('what a host keeps of a row', () => {
  it('makes the same row again', () => {
    const row = aRow({
      ...{ tags: ['a'], wish: { command: ['env'], arguments: [] } },
      ...{ origin: null, resuming: null, private: true },
    });
    assert.deepEqual(fromMeta(toMeta(row), row.id), row);
  });

  it('fits however long the command is, without what can be left out', () => {
    const argv = ['/bin/echo', ...Array.from({ length: 2000 }, () => 'x'.repeat(50))];
    const row = aRow({ argv, environmentNames: Array.from({ length: 3000 }, () => 'NAME') });
    const meta = toMeta(row);
    assert.ok(meta.length <= 16_384);
    assert.deepEqual(fromMeta(meta, row.id)?.argv, ['/bin/echo']);
  });

  it('is nothing when it is of another session, of a later version or no row', () => {
    const row = aRow();
    const later = JSON.stringify({ version: 2, row });
    const bad = JSON.stringify({ version: 1, row: { ...row, status: 'unheard-of' } });
    const other = aRow().ownerDaemonId;
    assert.deepEqual(
      [
        fromMeta(toMeta(row), other),
        fromMeta(later, row.id),
        fromMeta(bad, row.id),
        fromMeta('{', row.id),
      ],
      [undefined, undefined, undefined, undefined],
    );
  });
});
