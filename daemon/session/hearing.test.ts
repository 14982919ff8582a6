import assert from 'node:assert/strict';
import { readRecordedOutput } from '../../test/support/recording.ts';
import { EscapeScanner } from './escapeScanner.ts';
import { judge } from './evidence.ts';
import { automaticName, hear } from './hearing.ts';
import { aRow } from '../../test/support/sessionRow.ts';
import type { SessionRow } from './row.ts';
import { readTitleState, toAutomaticName } from './title.ts';

const now = '2026-11-20T08:00:00.000Z';

/** Plays a recording into a running session; the different claims that a person saw, in order. */
function playClaims(agent: string, recording: string): string[] {
  let row: SessionRow = aRow({ agent, status: 'running' });
  const claims: string[] = [];
  const scanner = new EscapeScanner();
  const bytes = readRecordedOutput(recording);
  for (let from = 0; from < bytes.length; from += 64) {
    for (const report of scanner.push(bytes.subarray(from, from + 64))) {
      row = { ...row, ...hear(row, [report]) };
      const { state, sentence } = judge({ ...row, ...row.heard }, undefined, now);
      const claim = `${state}: ${sentence}`;
      if (claims.at(-1) !== claim) claims.push(claim);
    }
  }
  return claims;
}

describe('what a session says of itself', () => {
  it('becomes the states that a person sees, for the recorded Claude Code with status reports', () => {
    const claims = playClaims('claude', 'claude-psp');
    assert.ok(claims.includes('working: working'));
    assert.ok(claims.includes('finished: done'));
    assert.ok(claims.some((claim) => claim.startsWith('asking: wants to run `')));
  });

  it('is read from titles when there are no reports', () => {
    const claims = playClaims('claude', 'claude-turn');
    assert.deepEqual(new Set(claims.slice(0, 3)), new Set(['idle: idle', 'working: working']));
    const gemini = playClaims('gemini', 'gemini-hooks');
    assert.ok(gemini.includes('working: working') && gemini.includes('idle: idle'));
    assert.ok(gemini.includes('asking: needs your permission'));
  });

  it('claims nothing of a program that says nothing about its state', () => {
    assert.deepEqual(playClaims('opencode', 'oc-hup'), ['unknown: running']);
  });

  it('gives the session a name without the signs of a spinner, and none when the title is empty', () => {
    const row = aRow({ agent: 'claude' });
    const spun = hear(row, [{ type: 'title', text: '◐ Fix login' }]);
    assert.deepEqual([spun.name, spun.nameSource], ['Fix login', 'title']);
    assert.equal(toAutomaticName('codex', '[ ! ] Action Required | shop'), 'shop');
    assert.equal(toAutomaticName('shell', 'a\u202Eb\u001b[31mc'), 'ab[31mc');
    assert.equal(hear(row, [{ type: 'title', text: '' }]).name, undefined);
  });

  it('changes nothing while only the spinner turns', () => {
    const row = aRow({ agent: 'claude' });
    const working = { ...row, ...hear(row, [{ type: 'title', text: '◐ Fix login' }]) };
    assert.deepEqual(hear(working, [{ type: 'title', text: '◑ Fix login' }]), {});
  });

  it('leaves the name that a person chose, and returns to the automatic one', () => {
    const named = aRow({ name: 'mine', nameSource: 'person' });
    const heard = { ...named, ...hear(named, [{ type: 'title', text: 'theirs' }]) };
    assert.equal(heard.name, 'mine');
    assert.deepEqual(automaticName(heard), { name: 'theirs', nameSource: 'title' });
    assert.deepEqual(automaticName(named), { name: named.defaultName, nameSource: 'default' });
  });

  it('knows the working, idle and asking titles of each agent', () => {
    assert.deepEqual(
      [
        readTitleState('claude', '✳ Claude Code'),
        readTitleState('codex', '⠋ shop'),
        readTitleState('codex', '[ . ] Action Required | shop'),
        readTitleState('gemini', '✋  Action Required (shop)'),
        readTitleState('shell', '✳ not an agent'),
      ],
      ['idle', 'working', 'asking', 'asking', 'unknown'],
    );
  });
});
