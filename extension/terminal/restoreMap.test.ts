import assert from 'node:assert/strict';
import type { TabFact } from './restoreMap.ts';
import { describeTerminals, orderForRestore, parseStoredWindow } from './restoreMap.ts';

function tab(change: Partial<TabFact>): TabFact {
  return {
    label: 'x',
    isTerminal: true,
    column: 1,
    position: 0,
    isActive: false,
    isPinned: false,
    ...change,
  };
}

describe('the stored places of terminals', () => {
  it('says column, position, active and pinned of a tab, and panel of what has none', () => {
    const tabs = [
      tab({ label: 'notes.md', isTerminal: false }),
      tab({ label: 'claude', column: 2, position: 3, isActive: true, isPinned: true }),
    ];
    const open = new Map([
      ['claude', 'a'],
      ['shell', 'b'],
    ]);
    assert.deepEqual(describeTerminals(tabs, open), [
      {
        sessionId: 'a',
        name: 'claude',
        place: 'editor',
        column: 2,
        position: 3,
        isActive: true,
        isPinned: true,
      },
      {
        sessionId: 'b',
        name: 'shell',
        place: 'panel',
        column: 1,
        position: 0,
        isActive: false,
        isPinned: false,
      },
    ]);
  });

  it('does not take a file for a terminal of the same name', () => {
    const tabs = [tab({ label: 'shell', isTerminal: false })];
    assert.equal(describeTerminals(tabs, new Map([['shell', 'b']]))[0]?.place, 'panel');
  });

  it('comes back by column and position', () => {
    const terminals = describeTerminals(
      [
        tab({ label: 'c', column: 2 }),
        tab({ label: 'b', position: 4 }),
        tab({ label: 'a', position: 1 }),
      ],
      new Map([
        ['c', 'c'],
        ['b', 'b'],
        ['a', 'a'],
      ]),
    );
    assert.deepEqual(
      orderForRestore(terminals).map(({ sessionId }) => sessionId),
      ['a', 'b', 'c'],
    );
  });

  it('ignores what another version or somebody else stored', () => {
    for (const value of [undefined, 7, {}, { terminals: [{ sessionId: 1 }] }, { terminals: [] }]) {
      assert.equal(parseStoredWindow(value), undefined);
    }
    assert.equal(
      parseStoredWindow({ terminals: [{ sessionId: 'a', place: 'panel' }] })?.terminals.length,
      1,
    );
  });
});
