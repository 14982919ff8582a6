import assert from 'node:assert/strict';
import { hasOwnInstructions, hasOwnPrompt, toCodexNotes, toOpencodeNotes } from './notesOptions.ts';

describe('notes by options of agents', () => {
  it('leave a system prompt alone that the person gave', () => {
    const given = [
      ['--append-system-prompt', 'x'],
      ['--system-prompt-file=x'],
      ['--append-system-prompt-file', 'x'],
    ];
    assert.ok(given.every(hasOwnPrompt));
    assert.ok(!hasOwnPrompt(['--settings', 'x', '--model', 'opus']));
  });

  it('are one string of TOML for Codex, unless they do not fit into an argument', () => {
    const options = toCodexNotes('a "b" \\ c\nd\u007f ü 🐝');
    assert.deepEqual(options, ['-c', 'developer_instructions="a \\"b\\" \\\\ c\\nd ü 🐝"']);
    assert.equal(toCodexNotes('x'.repeat(100_001)), undefined);
  });

  it('do not take the place of instructions that Codex is given', () => {
    assert.ok(hasOwnInstructions(['-c', 'developer_instructions="x"'], []));
    assert.ok(hasOwnInstructions(['--config=developer_instructions="x"'], []));
    assert.ok(hasOwnInstructions([], ['model = "x"\ndeveloper_instructions = "x"']));
    assert.ok(!hasOwnInstructions(['-c', 'model="x"'], ['# developer_instructions = no\n']));
  });

  it('are one more file for opencode, beside what it is told already', () => {
    const content = JSON.stringify({ model: 'm', instructions: ['a.md'] });
    assert.deepEqual(toOpencodeNotes('/n.md', { OPENCODE_CONFIG_CONTENT: content }), {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ model: 'm', instructions: ['a.md', '/n.md'] }),
    });
    assert.deepEqual(toOpencodeNotes('/n.md', {}), {
      OPENCODE_CONFIG_CONTENT: '{"instructions":["/n.md"]}',
    });
    for (const broken of ['{', '[]', 'null'])
      assert.equal(toOpencodeNotes('/n.md', { OPENCODE_CONFIG_CONTENT: broken }), undefined);
  });
});
