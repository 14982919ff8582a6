import assert from 'node:assert/strict';
import type { Agent } from '../../protocol/agent/agent.ts';
import { inEnglish } from '../translate.ts';
import { listChoices } from './newSession.ts';

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
  it('puts what was found first, what was not after it, shell and command last', () => {
    const labels = listChoices(agents, undefined, inEnglish).map(({ label }) => label);
    assert.deepEqual(labels, ['claude', 'codex', 'gemini', 'Shell', 'Command…']);
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
      ['Shell', 'Command…'],
    );
  });
});
