import assert from 'node:assert/strict';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import { silentLogger } from '../log/log.ts';
import type { SessionRow } from '../session/session.ts';
import type { IndexingContext } from './indexing.ts';
import { Indexing } from './indexing.ts';
import type { NewPiece } from './search.store.ts';

describe('indexing kept output', () => {
  it('remembers the lines of a session only while it lives', async () => {
    const outputs: string[] = [];
    const words: string[] = [];
    let row = aRow({ status: 'running' });
    const write = async (status: SessionRow['status'], output: string): Promise<void> => {
      const { generation } = row;
      outputs[generation] = (outputs[generation] ?? '') + output;
      row = { ...row, status, revision: row.revision + 1 };
      changed.fire(row);
      await indexing.pass();
    };
    const changed = new Emitter<SessionRow>();
    const store = {
      add: async ({ pieces }: { pieces: NewPiece[] }) =>
        void words.push(...pieces.filter(({ isTail }) => !isTail).map((piece) => piece.words)),
      prune: async () => ({ isChanged: false }),
    };
    const sessions = {
      rows: () => [row],
      find: () => row,
      onDidChange: changed.event,
      keepsOutput: () => true,
      flush: async () => undefined,
      readOutput: async (_id: string, { generation = 0, from }: Record<string, number>) => {
        const all = Buffer.from(outputs[generation] ?? '');
        const data = all.subarray(from);
        return { from, data, gaps: [], next: all.length, end: all.length };
      },
    };
    const daemon = { log: silentLogger, clock: { now: () => 0 }, openStore: () => store };
    const indexing = new Indexing({ daemon, sessions } as unknown as IndexingContext);
    indexing.begin();
    const paint = (line: string): string => `kingfisher\n${`${line}\n`.repeat(500)}`;
    await write('running', paint('waiting'));
    await write('ended', paint('diving'));
    assert.deepEqual(words.join(' ').match(/kingfisher/g), ['kingfisher']);
    row = { ...row, generation: 1 };
    await write('ended', paint('resting'));
    assert.deepEqual(words.join(' ').match(/kingfisher/g), ['kingfisher', 'kingfisher']);
    await indexing.stop();
  });
});
