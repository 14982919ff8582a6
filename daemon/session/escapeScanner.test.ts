import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readRecordedOutput } from '../../test/support/recording.ts';
import type { TerminalReport } from './escapeScanner.ts';
import { EscapeScanner } from './escapeScanner.ts';
import { parseStatusReport } from './statusReport.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function scan(bytes: Uint8Array, chunkBytes = bytes.length): TerminalReport[] {
  const scanner = new EscapeScanner();
  const reports: TerminalReport[] = [];
  for (let from = 0; from < bytes.length; from += chunkBytes)
    reports.push(...scanner.push(bytes.subarray(from, from + chunkBytes)));
  return reports;
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
      { type: 'title', text: 'one' },
      { type: 'title', text: '✳ two' },
      { type: 'status', text: 'state=idle' },
    ]);
  });

  it('ignores the question for status reports, cancelled strings and strings without an end', () => {
    const text = '\u001b]7501;?\u0007\u001b]0;no\u0018\u001b]2;lost\u001b[m\u001b]0;open';
    assert.deepEqual(scan(encode(text)), []);
  });

  it('drops a string over its limit whole and goes on behind it', () => {
    const text = `\u001b]0;${'x'.repeat(9000)}\u0007\u001b]0;after\u0007`;
    assert.deepEqual(scan(encode(text)), [{ type: 'title', text: 'after' }]);
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
