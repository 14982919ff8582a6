import assert from 'node:assert/strict';
import { parseCustomAgents } from './customAgent.ts';

describe('agents of the settings', () => {
  it('are taken with their arguments and variables, and what is none is named', () => {
    const { agents, wrong } = parseCustomAgents({
      goose: { command: 'goose', arguments: ['acp'], env: { KEY: '${env:KEY}' }, label: 'Goose' },
      plain: { command: '/opt/agent' },
      'Not an id': { command: 'x' },
      none: 'x',
      odd: { command: 'x', ...{ ['shell']: true } },
    });
    assert.deepEqual(agents, [
      {
        ...{ id: 'goose', label: 'Goose', command: 'goose', arguments: ['acp'] },
        environment: { KEY: '${env:KEY}' },
      },
      { id: 'plain', label: 'plain', command: '/opt/agent', arguments: [], environment: {} },
    ]);
    assert.deepEqual(
      wrong.map((line) => line.split(':')[0]),
      ['Not an id', 'none', 'odd'],
    );
    assert.deepEqual(parseCustomAgents(undefined), { agents: [], wrong: [] });
  });
});
