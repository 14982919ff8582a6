/** What is done with facts at once and can be taken back. */
import type { Fact } from '../../protocol/memory/memory.ts';
import { translate as t } from '../editor/editor.ts';
import { countFacts } from './factRow.ts';
import type { MemoryParts } from './parts.ts';
import { tellDone } from './undo.ts';

export async function pin(
  { connection }: Pick<MemoryParts, 'connection'>,
  factIds: Fact['id'][],
  pinned: boolean,
): Promise<void> {
  const { changeId } = await connection.call('memory/pin', { factIds, pinned });
  const facts = countFacts(factIds.length, t);
  tellDone(connection, pinned ? t('{0} pinned.', facts) : t('{0} unpinned.', facts), changeId);
}

export async function forget(
  { connection }: Pick<MemoryParts, 'connection'>,
  factIds: Fact['id'][],
): Promise<void> {
  const { forgotten, changeId } = await connection.call('memory/forget', { factIds });
  tellDone(connection, t('{0} forgotten.', countFacts(forgotten.length, t)), changeId);
}
