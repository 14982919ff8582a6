import assert from 'node:assert/strict';
import { createTitleReader, toAutomaticName } from './title.ts';

const stateOf = (agent: string, title: string): string =>
  createTitleReader().read(agent, title).claim.state;

describe('titles', () => {
  it('claim what recordings prove, per agent', () => {
    assert.deepEqual(
      [
        stateOf('claude', '◐ Claude Code'),
        stateOf('claude', '✳ Claude Code'),
        stateOf('codex', '⠋ shop'),
        stateOf('codex', '[ . ] Action Required | shop'),
        stateOf('codex', 'shop | Ready | 01a1f7db'),
        stateOf('codex', 'shop | Working | Ready'),
        stateOf('codex', 'shop'),
        stateOf('gemini', '✋  Action Required (shop)'),
        stateOf('gemini', '◇  Ready (shop)'),
        stateOf('opencode', 'OC | Ready'),
        stateOf('shell', '◐ not an agent'),
      ],
      [
        ...['working', 'unknown', 'working', 'asking', 'idle', 'unknown', 'unknown'],
        ...['asking', 'idle', 'unknown', 'unknown'],
      ],
    );
  });

  it('are read by the patterns of the person first, and bad patterns are told once and left out', () => {
    const bad: string[] = [];
    const reader = createTitleReader(
      [
        { agent: 'mine', state: 'asking', pattern: '(' },
        { agent: 'mine', state: 'asking', pattern: '^\\?' },
        { agent: 'claude', state: 'idle', pattern: '^✳ ready' },
      ],
      (pattern) => bad.push(pattern),
    );
    assert.deepEqual(bad, ['(']);
    const read = (agent: string, title: string) => {
      const { claim, rule } = reader.read(agent, title);
      return [claim.state, rule];
    };
    assert.deepEqual(
      [read('mine', '? help'), read('claude', '✳ ready'), read('claude', '✳ other')],
      [
        ['asking', 'title.setting.2.asking'],
        ['idle', 'title.setting.3.idle'],
        ['unknown', 'title.claude.unknown'],
      ],
    );
  });

  it('become names as plain text, whatever stands in them', () => {
    assert.equal(toAutomaticName('claude', '✳ <b>Fix</b>\u202E\u0007 it'), '<b>Fix</b> it');
    assert.equal(toAutomaticName('codex', '⠋ shop'), 'shop');
    assert.equal(toAutomaticName('claude', '✳ '), undefined);
    assert.equal(toAutomaticName('shell', 'x'.repeat(1000))?.length, 80);
  });
});
