import assert from 'node:assert/strict';
import type { StoredWindow, TabFact, WindowFacts } from './restoreMap.ts';
import {
  countLeaves,
  describeWindow,
  orderForRestore,
  parseStoredWindow,
  planMissingGroups,
} from './restoreMap.ts';

const grid = { orientation: 0, groups: [{ groups: [{}, {}] }, { groups: [{}, {}] }] };
const single = { orientation: 0, groups: [{}] };

function tab(change: Partial<TabFact>): TabFact {
  return {
    ...{ label: 'x', isTerminal: true, column: 1, position: 0, isActive: false, isPinned: false },
    ...change,
  };
}

function facts(change: Partial<WindowFacts>): WindowFacts {
  return {
    ...{ tabs: [], open: new Map(), others: [], columns: 1, activeColumn: 1, layout: single },
    isLocked: () => false,
    ...change,
  };
}

function describeAlone(change: Partial<WindowFacts>, last?: StoredWindow): StoredWindow {
  return describeWindow(facts(change), last);
}

describe('what a window shows, as it is stored', () => {
  it('says place, column, position, active, pinned and locked, and panel of what has no tab', () => {
    const tabs = [
      tab({ label: 'notes.md', isTerminal: false }),
      tab({ label: 'claude', column: 2, position: 3, isActive: true, isPinned: true }),
    ];
    const open = new Map([
      ['claude', 'a'],
      ['shell', 'b'],
    ]);
    const layout = { groups: [{}, {}] };
    const counts = { columns: 2, activeColumn: 2, layout, others: ['zsh', 'claude'] };
    const nowhere = { column: 1, position: 0, isActive: false, isPinned: false, isLocked: false };
    const known = { isMovedOut: false };
    assert.deepEqual(describeAlone({ tabs, open, ...counts, isLocked: (id) => id === 'a' }), {
      terminals: [
        {
          ...{ sessionId: 'a', name: 'claude', place: 'editor', column: 2, position: 3 },
          ...{ isActive: true, isPinned: true, isLocked: true, ...known },
        },
        { sessionId: 'b', name: 'shell', place: 'panel', ...nowhere, ...known },
      ],
      columns: [1, 0],
      othersInPanel: 1,
      activeColumn: 2,
      focus: 'a',
      layout,
    });
  });

  it('does not take a file for a terminal of the same name', () => {
    const tabs = [tab({ label: 'shell', isTerminal: false, isActive: true })];
    const { terminals, columns, focus } = describeAlone({ tabs, open: new Map([['shell', 'b']]) });
    assert.deepEqual([terminals[0]?.place, columns, focus], ['panel', [1], null]);
  });

  it('keeps the main window apart from one that was moved out, whichever is in front', () => {
    const open = new Map([['golf', 'g']]);
    const before = [tab({ label: 'golf', column: 3, position: 1 })];
    const last = describeAlone({ tabs: before, open, columns: 4, layout: grid });
    const tabs = [tab({ label: 'golf', column: 5, isActive: true })];
    const behind = describeAlone({ tabs, open, columns: 5, activeColumn: 2, layout: grid }, last);
    const front = describeAlone(
      { tabs, open, columns: 5, activeColumn: 5, layout: single },
      behind,
    );
    const seen = [behind, front].map(({ terminals: [golf], columns, layout, focus }) => [
      golf && [golf.place, golf.column, golf.isMovedOut, golf.isActive],
      columns.length,
      layout,
      focus,
    ]);
    const expected = [['editor', 3, true, false], 4, grid, null];
    assert.deepEqual(seen, [expected, expected]);
  });

  it('is brought back by group and position, the group that had the focus first, the panel last', () => {
    const names = ['c', 'b', 'a', 'p', 'm'];
    const { terminals } = describeAlone({
      tabs: [
        tab({ label: 'm', column: 3 }),
        tab({ label: 'c', column: 2 }),
        tab({ label: 'b', position: 4 }),
        tab({ label: 'a', position: 1 }),
      ],
      open: new Map(names.map((name) => [name, name])),
      columns: 3,
      layout: { groups: [{}, {}] },
    });
    const order = (focus: string | null): string[] =>
      orderForRestore(terminals, focus).map((group) =>
        group.map(({ sessionId }) => sessionId).join(''),
      );
    assert.deepEqual(order(null), ['abm', 'c', 'p']);
    assert.deepEqual(order('c'), ['c', 'abm', 'p']);
  });

  it('is ignored when another version or somebody else stored it', () => {
    for (const value of [undefined, 7, {}, { terminals: [{ sessionId: 1 }] }, { terminals: [] }]) {
      assert.equal(parseStoredWindow(value), undefined);
    }
    const panel = { terminals: [{ sessionId: 'a', place: 'panel' }] };
    assert.equal(parseStoredWindow(panel)?.terminals.length, 1);
  });
});

describe('the groups of a layout', () => {
  it('are counted through every nesting', () => {
    const layouts = [grid, single, undefined, {}, { groups: [{}, { groups: [{}, {}, {}] }] }];
    assert.deepEqual(layouts.map(countLeaves), [4, 1, 1, 1, 4]);
  });

  it('are made again where only terminals stood, and by the layout at the end', () => {
    const plans = [
      [0, 1, 1, 0],
      [1, 0, 0, 2],
      [1, 0],
      [0, 0],
      [0, 1],
      [1, 1],
    ].map(planMissingGroups);
    assert.deepEqual(plans, [[0], [1, 2], [], [], [0], []]);
  });
});
