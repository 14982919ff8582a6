import assert from 'node:assert/strict';
import type { AgentAccess } from '../../link/access/access.ts';
import { inEnglish } from '../translate.ts';
import { toOutcomeRow, toRows } from './accessRow.ts';

const base: AgentAccess = {
  agent: 'codex',
  label: 'Codex',
  isHere: true,
  file: '/h/.codex/config.toml',
  state: 'absent',
};

describe('the checklist of who has access', () => {
  it('ticks who is here and may be given it, those first, and explains who is left alone', () => {
    const rows = toRows(
      [
        { ...base, agent: 'cursor', label: 'Cursor', isHere: false },
        base,
        { ...base, state: 'given' },
        { ...base, state: 'outdated' },
        { ...base, state: 'foreign' },
        {
          ...base,
          state: 'refused',
          problem: { message: 'It is\u202e read-only.', fix: undefined },
        },
      ],
      { t: inEnglish, short: (text) => text.replace('/h/', '~/') },
    );
    assert.equal(rows[0]?.detail, '~/.codex/config.toml');
    assert.deepEqual(
      rows.map(({ label, description, icon, picked }) => [label, description, icon, picked]),
      [
        ['Codex', 'no access yet', 'circle-outline', true],
        ['Codex', 'has access', 'pass-filled', true],
        ['Codex', 'has an older entry, to be renewed', 'sync', true],
        ['Codex', 'left alone', 'warning', false],
        ['Codex', 'left alone', 'error', false],
        ['Cursor', 'not found on this machine', 'circle-outline', false],
      ],
    );
    assert.equal(rows[4]?.detail, 'It is read-only.');
  });

  it('says green with what was tried, red with the reason and what to do', () => {
    const about = { agent: 'codex', label: 'Codex', action: 'give' } as const;
    const said = [
      { ...about, verdict: { ok: true, server: 'waggle', tools: 9, called: 'recall', tookMs: 12 } },
      {
        ...about,
        verdict: { ok: true, server: 'waggle', tools: 0, called: undefined, tookMs: 12 },
      },
      {
        ...about,
        verdict: { ok: false, code: 'timeout', reason: 'No answer.', fix: 'Try again.' },
      },
      { ...about, action: 'take', verdict: undefined },
    ] as const;
    assert.deepEqual(
      said.map((outcome) => {
        const { description, detail, icon } = toOutcomeRow(outcome, inEnglish);
        return [icon, description, detail];
      }),
      [
        ['pass-filled', 'works', '9 tools; "recall" answered in 12 ms'],
        ['pass-filled', 'works', '0 tools; none of them only reads, so none was called'],
        ['error', 'does not work', 'No answer. To fix: Try again.'],
        ['circle-slash', 'access taken back', ''],
      ],
    );
  });
});
