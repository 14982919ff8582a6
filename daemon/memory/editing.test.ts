import assert from 'node:assert/strict';
import { editBlock } from './editing.ts';

const block = { text: 'one\ntwo\ntwo and a half', revision: 7 };

describe('editing a note', () => {
  it('writes the whole text that was read last, and says when it was changed since', () => {
    const write = { kind: 'write', text: 'new' } as const;
    assert.deepEqual(editBlock(block, { ...write, revision: 7 }), { text: 'new' });
    assert.equal(editBlock(block, { ...write, revision: 6 }), 'changed');
    const same = { kind: 'write', text: block.text, revision: 6 } as const;
    assert.deepEqual(editBlock(block, same), { text: block.text });
  });

  it('appends lines once', () => {
    const append = (text: string) => editBlock(block, { kind: 'append', text });
    assert.deepEqual(append('three\n'), { text: `${block.text}\nthree` });
    assert.deepEqual(append('two and a half'), { text: block.text });
    assert.deepEqual(editBlock({ text: '', revision: 0 }, { kind: 'append', text: 'a\n' }), {
      text: 'a',
    });
  });

  it('replaces what stands there exactly once', () => {
    const replace = (old: string, text: string) =>
      editBlock(block, { kind: 'replace', old, new: text });
    assert.deepEqual(replace('one', 'zero'), { text: 'zero\ntwo\ntwo and a half' });
    assert.deepEqual(replace('one\n', ''), { text: 'two\ntwo and a half' });
    assert.deepEqual(replace('one', '$&'), { text: '$&\ntwo\ntwo and a half' });
    assert.equal(replace('two', '2'), 'ambiguous');
    assert.equal(replace('four', '4'), 'notFound');
  });
});
