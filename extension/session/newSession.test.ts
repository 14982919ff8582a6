import assert from 'node:assert/strict';
import type { Agent } from '../../protocol/agent/agent.ts';
import { inEnglish } from '../translate.ts';
import { listChoices, mergeChoices } from './newSession.ts';

function agent(id: string, found: boolean): Agent {
  return {
    id,
    label: id,
    found,
    path: found ? `/bin/${id}` : null,
    version: found ? '1.0' : null,
    hint: null,
    installUrl: null,
  };
}

const agents = [
  agent('gemini', false),
  agent('claude', true),
  agent('codex', true),
  agent('shell', true),
];

describe('the choices for a new session', () => {
  it('puts what was found first, then shell and command, and what was not found below', () => {
    const labels = listChoices(agents, undefined, inEnglish).map(({ label }) => label);
    assert.deepEqual(labels, ['claude', 'codex', 'Shell', 'Command…', 'More…', 'gemini']);
  });

  it('puts the last used one before all', () => {
    const first = (lastUsed: string): string | undefined =>
      listChoices(agents, lastUsed, inEnglish)[0]?.label;
    assert.deepEqual(
      [first('codex'), first('shell'), first('gemini')],
      ['codex', 'Shell', 'claude'],
    );
  });

  it('offers the shell even when the daemon has not answered yet', () => {
    assert.deepEqual(
      listChoices([], undefined, inEnglish).map(({ label }) => label),
      ['Shell', 'Command…', 'More…'],
    );
  });

  it('moves nothing that is shown when more is known', () => {
    const shown = listChoices([agent('codex', true)], undefined, inEnglish);
    const merged = mergeChoices(shown, listChoices(agents, 'claude', inEnglish));
    assert.deepEqual(
      merged.map(({ label, description }) => [label, description]),
      [
        ['codex', '1.0'],
        ['Shell', '/bin/shell'],
        ['Command…', 'any program with its arguments'],
        ['More…', 'a private session, or what is kept of it'],
        ['claude', '1.0'],
        ['gemini', 'not found'],
      ],
    );
  });
});
