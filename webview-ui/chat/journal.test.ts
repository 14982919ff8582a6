import assert from 'node:assert/strict';
import type { Entry } from '../../protocol/chat/entry.ts';
import { Journal } from './journal.ts';
import { shapeOf } from './shape.ts';

function entryOf(position: number, over: Partial<Entry> = {}): Entry {
  return {
    position,
    turn: 1,
    at: '2026-01-01T00:00:00.000Z',
    isOpen: false,
    parent: null,
    revision: position,
    content: { kind: 'text', text: `t${position}` },
    ...over,
  };
}

function textAt(journal: Journal, position: number): string {
  const content = journal.get(position)?.content;
  return content?.kind === 'text' ? content.text : '';
}

function toolOf(position: number, name: string, status: 'done' | 'running' = 'done'): Entry {
  const rest = { title: name, input: '{}', output: '', outputCut: 0, changes: [], ms: 1 };
  return entryOf(position, { content: { kind: 'tool', name, status, ...rest } });
}

describe('the journal as the page knows it', () => {
  it('takes what is newer, and what is not on disk yet only while nothing better is known', () => {
    const journal = new Journal();
    const open = { isOpen: true, revision: 0, content: { kind: 'text', text: 'a' } } as const;
    assert.equal(journal.put(entryOf(1, open)), true);
    assert.equal(journal.append({ position: 1, at: 1, text: 'bc' }), 'appended');
    assert.equal(journal.append({ position: 1, at: 1, text: 'bc' }), 'appended');
    assert.equal(textAt(journal, 1), 'abc');
    assert.equal(journal.put(entryOf(1, { revision: 9 })), true);
    assert.equal(journal.put(entryOf(1, open)), false);
    assert.equal(journal.put(entryOf(1, { revision: 8 })), false);
    assert.equal(journal.append({ position: 1, at: 2, text: 'x' }), 'late');
    assert.deepEqual([textAt(journal, 1), journal.revision], ['t1', 9]);
  });

  it('says when a piece of text is missing', () => {
    const journal = new Journal();
    assert.equal(journal.append({ position: 3, at: 0, text: 'x' }), 'gap');
    journal.put(entryOf(3, { isOpen: true, revision: 0 }));
    assert.equal(journal.append({ position: 3, at: 9, text: 'x' }), 'gap');
    assert.deepEqual(journal.findHole(1, 5), { from: 1, to: 2 });
    assert.equal(journal.findHole(3, 9), undefined);
  });

  it('folds what was only read, and shows nothing of what is nothing', () => {
    const journal = new Journal();
    const started = { kind: 'turnStarted', by: 'person' } as const;
    journal.put(entryOf(1, { content: started }));
    for (const position of [2, 3, 4]) journal.put(toolOf(position, 'Read'));
    journal.put(toolOf(5, 'Bash'));
    journal.put(toolOf(6, 'Grep'));
    journal.put(toolOf(7, 'Read', 'running'));
    const shapes = [1, 2, 3, 4, 5, 6, 7, 8].map((position) => {
      const shape = shapeOf(journal, position);
      return shape.kind === 'group' ? shape.count : shape.kind;
    });
    assert.deepEqual(shapes, ['hidden', 3, 'hidden', 'hidden', 'row', 'row', 'row', 'row']);
  });
});
