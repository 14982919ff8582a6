import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toPlainLine, toVisibleText } from './printable.ts';

const anyText = fc.string({ unit: 'binary' });
// What a terminal would act on, and what would reorder or hide text.
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/;

describe('printable', () => {
  it('leaves nothing in a line that a terminal acts on', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = toPlainLine(text);
        assert.ok(!acting.test(line) && !line.includes('\n') && line.length <= 256);
      }),
    );
  });

  it('shows unsafe characters instead of dropping them', () => {
    assert.equal(toVisibleText('a\u001b[2J\u202eb\n'), 'a\\u{1b}[2J\\u{202e}b\n');
  });

  it('cuts long lines with an ellipsis and keeps ordinary text of any language', () => {
    assert.deepEqual(
      [
        toPlainLine('x'.repeat(300), 10),
        toPlainLine('Fix löschen 修正 🐝'),
        toPlainLine(' two\r\nlines '),
      ],
      ['xxxxxxxxx…', 'Fix löschen 修正 🐝', 'two lines'],
    );
  });
});
