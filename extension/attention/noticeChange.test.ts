import assert from 'node:assert/strict';
import { toNoticeChange } from './noticeChange.ts';

describe('the settings for notices', () => {
  it('are seconds and words for the person, milliseconds and values for the daemon', () => {
    assert.deepEqual(
      toNoticeChange({
        dwell: 5,
        coolDown: 60,
        finishedAfter: 0.5,
        quietHours: '22:00 - 7:00',
        command: ['notify', '--quiet'],
        system: false,
      }),
      {
        change: {
          dwellMs: 5000,
          coolDownMs: 60_000,
          finishedAfterMs: 500,
          quietHours: { from: '22:00', to: '07:00' },
          command: ['notify', '--quiet'],
          system: false,
        },
        refused: [],
      },
    );
  });

  it('say that there are no quiet hours when the text is empty', () => {
    assert.deepEqual(toNoticeChange({ quietHours: ' ' }).change, { quietHours: null });
  });

  it('leave out what is no value and name it, and keep the rest', () => {
    const values = {
      quietHours: 'at night',
      dwell: 'long',
      command: 'rm -rf /',
      titlePatterns: [{ agent: 'claude', state: 'busy', pattern: 'x' }],
      toast: true,
    };
    assert.deepEqual(toNoticeChange(values), {
      change: { toast: true },
      refused: ['quietHours', 'dwell', 'command', 'titlePatterns'],
    });
    assert.deepEqual(toNoticeChange({ quietHours: '22:00-23:00-24:00' }).refused, ['quietHours']);
  });
});
