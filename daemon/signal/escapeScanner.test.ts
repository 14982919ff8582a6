import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readRecordedOutput } from '../../test/support/recording.ts';
import type { TerminalReport } from './escapeScanner.ts';
import { EscapeScanner } from './escapeScanner.ts';
import type { NotificationChannel } from './notification.ts';
import { parseStatusReport } from './statusReport.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function scan(bytes: Uint8Array, chunkBytes = bytes.length): TerminalReport[] {
  const scanner = new EscapeScanner();
  const reports: TerminalReport[] = [];
  for (let from = 0; from < bytes.length; from += chunkBytes)
    reports.push(...scanner.push(bytes.subarray(from, from + chunkBytes)));
  return reports;
}

function notificationsOf(bytes: Uint8Array, chunkBytes?: number): [NotificationChannel, string][] {
  return scan(bytes, chunkBytes).flatMap((report) =>
    report.type === 'notification'
      ? [[report.notification.channel, report.notification.text] as [NotificationChannel, string]]
      : [],
  );
}

function statesOf(name: string): string[] {
  return scan(readRecordedOutput(name), 999)
    .filter((report) => report.type === 'status')
    .map((report) => parseStatusReport(report.text))
    .map((report) => [report?.state, report?.kind].filter(Boolean).join(' '));
}

describe('the scanner over what a program writes', () => {
  it('finds titles and status reports, however they end', () => {
    const text =
      '\u001b]0;one\u0007mid\u001b]2;✳ two\u001b\\\u001b]7501;state=idle\u001b\\\u001b]8;;x\u0007';
    assert.deepEqual(scan(encode(text)), [
      { type: 'title', text: 'one', seq: 8 },
      { type: 'title', text: '✳ two', seq: 24 },
      { type: 'status', text: 'state=idle', seq: 43 },
    ]);
  });

  it('ignores the question for status reports, cancelled strings and strings without an end', () => {
    const text = '\u001b]7501;?\u0007\u001b]0;no\u0018\u001b]2;lost\u001b[m\u001b]0;open';
    assert.deepEqual(scan(encode(text)), []);
  });

  it('drops a string over its limit whole and goes on behind it', () => {
    const text = `\u001b]0;${'x'.repeat(9000)}\u0007\u001b]0;after\u0007`;
    assert.deepEqual(scan(encode(text)), [
      { type: 'oversized', about: 'title', text: `0;${'x'.repeat(62)}`, seq: 9005 },
      { type: 'title', text: 'after', seq: 9015 },
    ]);
  });

  it('finds notifications, put together from their pieces, and none in what is progress or a question', () => {
    const text = [
      '\u001b]9;Approval requested: ls\u0007\u001b]9;4;3;\u0007\u001b]777;notify;Claude Code;hello; you\u0007',
      '\u001b]99;i=1:d=0:p=title;Claude Code\u001b\\\u001b]99;i=1:p=body;Claude needs you\u001b\\\u001b]99;i=1:d=1:a=focus;\u001b\\',
      '\u001b]99;i=x:p=?;\u001b\\\u001b]99;e=1;aGVsbG8=\u001b\\',
    ].join('');
    assert.deepEqual(notificationsOf(encode(text)), [
      ['osc9', 'Approval requested: ls'],
      ['osc777', 'hello; you'],
      ['osc99', 'Claude needs you'],
      ['osc99', 'hello'],
    ]);
  });

  it('hears a bell only where it is none of a string, wherever the bytes are cut', () => {
    const quiet = '\u001b]0;x\u0007\u001bPtmux;\u0007\u0007\u001b\\\u001b_Gf=1;\u0007\u001b\\';
    for (const chunkBytes of [1, 2, 3, 7, 100])
      assert.deepEqual(notificationsOf(encode(quiet), chunkBytes), [], `${chunkBytes}`);
    for (const chunkBytes of [1, 2, 3, 7, 100])
      assert.deepEqual(
        notificationsOf(encode(`${quiet}\u0007${quiet}`), chunkBytes),
        [['bell', '']],
        `${chunkBytes}`,
      );
  });

  it('tells one of a hundred thousand bells that come at once', () => {
    assert.equal(scan(new Uint8Array(100_000).fill(7)).length, 1);
    const dressed = encode('\u001b]0;t\u001b\\\u0007'.repeat(100_000));
    const reports = scan(dressed, 65_536);
    assert.equal(reports.filter(({ type }) => type === 'title').length, 100_000);
    assert.equal(
      reports.filter(({ type }) => type === 'notification').length,
      Math.ceil(dressed.length / 65_536),
    );
  });

  it('forgets a string that a gap has cut', () => {
    const scanner = new EscapeScanner();
    scanner.push(encode('\u001b]0;half'));
    scanner.moveTo(100);
    assert.deepEqual(scanner.push(encode('way\u0007\u001b]2;whole\u0007')), [
      { type: 'notification', notification: { channel: 'bell', text: '' }, seq: 104 },
      { type: 'title', text: 'whole', seq: 114 },
    ]);
  });

  it('finds the same however the bytes are cut', () => {
    const bytes = readRecordedOutput('claude-psp');
    const whole = scan(bytes);
    assert.ok(whole.length > 5);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (chunkBytes) => {
        assert.deepEqual(scan(bytes, chunkBytes), whole);
      }),
      { numRuns: 25 },
    );
  });

  it('hears a turn, a permission, a question and the trust dialog of the recorded Claude Code', () => {
    const turns = statesOf('claude-psp');
    assert.deepEqual([turns[0], turns.at(-1)], ['idle', 'clear']);
    assert.ok(turns.includes('working') && turns.includes('done'));
    assert.ok(turns.includes('blocked permission'));
    assert.ok(statesOf('claude-psp-trust').includes('blocked permission'));
  });

  it('hears the recorded Codex, which reports without being asked', () => {
    assert.ok(statesOf('codex-i4-noalt').includes('working'));
  });
});
