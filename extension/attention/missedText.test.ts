import assert from 'node:assert/strict';
import { inEnglish } from '../translate.ts';
import { describeNoticeRow, wasMissed } from './missedText.ts';
import { fakeNotice } from './toastSlot.test.ts';

const nowMs = Date.parse('2026-11-20T08:02:00.000Z');

describe('a notice', () => {
  it('was missed when nobody was called or came, and not when it was seen or dealt with', () => {
    const settledAt = '2026-11-20T08:01:00.000Z';
    assert.equal(wasMissed(fakeNotice(1)), true);
    assert.equal(wasMissed(fakeNotice(1, { settledAt })), false);
    assert.equal(wasMissed(fakeNotice(1, { silence: 'quietHours', settledAt })), true);
    assert.equal(wasMissed(fakeNotice(1, { silence: 'visible' })), false);
    assert.equal(wasMissed(fakeNotice(1, { silence: 'shortTurn' })), false);
  });
});

describe('a missed notice as a row', () => {
  it('says whose it is, what it said, when, and why nobody was called', () => {
    const row = describeNoticeRow(fakeNotice(1, { silence: 'quietHours' }), nowMs, inEnglish);
    assert.deepEqual(row, {
      label: 'session-1',
      description: '2 min ago',
      detail: 'wants to run `npm test` · not called: quiet hours',
    });
  });

  it('says that it was settled, and its words first when nobody has a name', () => {
    const settledAt = '2026-11-20T08:01:00.000Z';
    const row = describeNoticeRow(fakeNotice(1, { title: '', settledAt }), nowMs, inEnglish);
    assert.deepEqual(row, {
      label: 'wants to run `npm test`',
      description: '2 min ago · settled',
      detail: '',
    });
  });
});
