import assert from 'node:assert/strict';
import { listAgentRecordings, readAgentRecording } from '../../test/support/agentRecording.ts';
import type { EntryContent } from '../../protocol/chat/entry.ts';
import { entrySchema } from '../../protocol/chat/entry.ts';
import type { ProviderState } from '../provider/provider.ts';
import { findProvider } from '../provider/provider.ts';
import type { OpenEntry } from './journal.ts';
import { Journal } from './journal.ts';

function record() {
  const entries = new Map<number, OpenEntry>();
  let at = 0;
  const journal = new Journal(
    { end: 0, turn: 0, entries: [] },
    {
      now: () => new Date((at += 1000)).toISOString(),
      events: {
        changed: (entry) => entries.set(entry.position, entry),
        appended: (entry) => entries.set(entry.position, entry),
      },
    },
  );
  const contents = (): EntryContent[] => [...entries.values()].map(({ content }) => content);
  return { journal, entries, contents };
}

describe('a journal', () => {
  it('holds everything of every recording in a form that can be sent', () => {
    const provider = findProvider('claude');
    assert.ok(provider);
    for (const name of listAgentRecordings('claude')) {
      const { journal, entries } = record();
      let state: ProviderState = { pending: { c1: 'initialize' } };
      journal.beginTurn(1);
      for (const { text, way } of readAgentRecording(name)) {
        if (way === 'in') continue;
        const step = provider.read(state, text);
        state = step.state;
        for (const event of step.events) journal.apply(event);
      }
      journal.close('turn');
      for (const { key: _key, ...entry } of entries.values()) {
        const sent = entrySchema.safeParse({ ...entry, revision: 1 });
        assert.deepEqual([name, sent.error?.message, entry.isOpen], [name, undefined, false]);
      }
      const positions = [...entries.keys()].toSorted((left, right) => left - right);
      assert.deepEqual(
        positions,
        positions.map((_, index) => index + 1),
      );
    }
  });

  it('appends to a text, and takes the whole one in the end', () => {
    const { journal, contents } = record();
    journal.apply({ type: 'text', key: 'a', delta: 'one ' });
    journal.apply({ type: 'text', key: 'a', delta: 'two' });
    assert.deepEqual(contents(), [{ kind: 'text', text: 'one two' }]);
    journal.apply({ type: 'text', key: 'a', full: 'one two three', isDone: true });
    assert.deepEqual(contents(), [{ kind: 'text', text: 'one two three' }]);
    assert.deepEqual(journal.open, []);
  });

  it('closes what was open when the turn ends', () => {
    const { journal, contents } = record();
    journal.apply({ type: 'text', key: 'a', delta: 'half' });
    journal.apply({ type: 'tool', key: 't', name: 'Bash', status: 'running' });
    journal.close('turn');
    const [text, tool] = contents();
    assert.deepEqual(
      [text, tool?.kind === 'tool' && tool.status, journal.open],
      [{ kind: 'text', text: 'half' }, 'cut', []],
    );
  });

  it('keeps the beginning and the end of a long output', () => {
    const { journal, contents } = record();
    journal.apply({ type: 'tool', key: 't', name: 'Bash', status: 'running' });
    const output = `begin${'x'.repeat(1_000_000)}end`;
    journal.apply({ type: 'tool', key: 't', output, status: 'done' });
    const [tool] = contents();
    assert.ok(tool?.kind === 'tool');
    assert.deepEqual(
      [tool.output.startsWith('begin'), tool.output.endsWith('end'), tool.outputCut],
      [true, true, 600_008],
    );
  });

  it('shows nothing hidden in a row', () => {
    const { journal, contents } = record();
    journal.apply({
      type: 'tool',
      key: 't',
      name: 'Ba\u202esh',
      title: '$ a\u001b[2Jb',
      status: 'done',
    });
    const [tool] = contents();
    assert.deepEqual(tool?.kind === 'tool' && [tool.name, tool.title], ['Bash', '$ a[2Jb']);
  });
});
