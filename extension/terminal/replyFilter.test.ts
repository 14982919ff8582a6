import assert from 'node:assert/strict';
import { ReplyFilter } from './replyFilter.ts';

describe('the filter of terminal replies', () => {
  it('lets a reply to a query of the program pass when it is ours to give', () => {
    const filter = new ReplyFilter();
    filter.expect('primaryAttributes', true);
    assert.equal(filter.filter('\u001b[?1;2c'), '\u001b[?1;2c');
  });

  it('swallows the replies to queries of a replay and lets keys between them pass', () => {
    const filter = new ReplyFilter();
    for (const kind of ['primaryAttributes', 'cursor', 'colour', 'privateMode'] as const) {
      filter.expect(kind, false);
    }
    const input =
      'a\u001b[?62;22c\u001b[Ab\u001b[4;1R\u001b]11;rgb:1e1e/1e1e/1e1e\u001b\\c\u001b[?2026;2$yd';
    assert.equal(filter.filter(input), 'a\u001b[Abcd');
  });

  it('takes Shift+F3, which looks like a cursor report, for a key when nothing asked for the cursor', () => {
    const filter = new ReplyFilter();
    filter.expect('primaryAttributes', false);
    assert.equal(filter.filter('\u001b[1;2R'), '\u001b[1;2R');
  });

  it('answers each query once: the reply to a second, live one passes', () => {
    const filter = new ReplyFilter();
    filter.expect('cursor', false);
    filter.expect('cursor', true);
    assert.equal(filter.filter('\u001b[1;1R'), '');
    assert.equal(filter.filter('\u001b[2;2R'), '\u001b[2;2R');
    assert.equal(filter.filter('\u001b[3;3R'), '\u001b[3;3R');
  });

  it('keeps markers and the program’s own status queries apart by their order', () => {
    const filter = new ReplyFilter();
    const reached: string[] = [];
    filter.expect('status', true);
    filter.expectMarker(() => reached.push('first'));
    filter.expect('status', true);
    assert.equal(filter.filter('\u001b[0n'), '\u001b[0n');
    assert.equal(filter.filter('\u001b[0n'), '');
    assert.equal(filter.filter('\u001b[0n'), '\u001b[0n');
    assert.deepEqual(reached, ['first']);
  });

  it('forgets what was never answered once a later marker is', () => {
    const filter = new ReplyFilter();
    filter.expect('cursor', false);
    filter.expectMarker(() => undefined);
    assert.equal(filter.filter('\u001b[0n'), '');
    assert.equal(filter.filter('\u001b[1;2R'), '\u001b[1;2R');
  });
});
