import assert from 'node:assert/strict';
import { findReason, isFailedResume } from './resumeFailure.ts';
import { readStatusReport, toSignal } from '../signal/signal.ts';
import { nothingHeard } from './heard.ts';

describe('why a conversation cannot be resumed', () => {
  it('is the line that says so, without its colours and what the terminal is told', () => {
    const output =
      '\u001b7\u001b[r\u001b[?25h\u001b[38;5;211mNo conversation found with session ID: 5d1f\u001b[39m\r\r\n' +
      '\u001b]0;\u0007\u001b[2mResume this session with:\u001b[22m\r\nclaude --resume 5d1f\r\n';
    assert.equal(findReason(output), 'No conversation found with session ID: 5d1f');
  });

  it('is else the last thing that was said', () => {
    assert.equal(findReason('starting\r\n\u001b(Bgone away\r\n\u001b[?25h\r\n'), 'gone away');
    assert.equal(findReason('\u001b[H\u001b[2J\r\n> \r\n'), undefined);
  });

  it('is asked for when a process ends early, with an error, and said nothing', () => {
    const resuming = { conversationId: 'a', at: '2026-11-20T12:00:00.000Z' };
    const exit = { code: 1, signal: null, at: '2026-11-20T12:00:20.000Z' };
    const reading = readStatusReport('state=idle');
    assert.ok(reading);
    const signals = [toSignal('status', reading, { at: resuming.at, generation: 1, seq: 0 })];
    const rows = [
      isFailedResume({ resuming, heard: nothingHeard }, exit),
      isFailedResume({ resuming: null, heard: nothingHeard }, exit),
      isFailedResume({ resuming, heard: { ...nothingHeard, signals } }, exit),
      isFailedResume({ resuming, heard: nothingHeard }, { ...exit, code: 0 }),
      isFailedResume(
        { resuming, heard: nothingHeard },
        { ...exit, at: '2026-11-20T13:00:00.000Z' },
      ),
    ];
    assert.deepEqual(rows, [true, false, false, false, false]);
  });
});
