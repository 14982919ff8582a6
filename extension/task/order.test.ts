import assert from 'node:assert/strict';
import { localZone } from '../../link/schedule/schedule.ts';
import { quoteSelection, titleOfWhat, toParams, toSchedule } from './order.ts';

describe('what is handed out', () => {
  const where = { cwd: '/home/dev/api', agent: 'codex' };
  const schedule = toSchedule({ kind: 'cron', expression: '0 9 * * *' });

  it('is a prompt with its rights: it edits in a worktree only, and is looked at unless it only looked', () => {
    const what = { kind: 'prompt', prompt: '# Fix the login\nIt fails.' } as const;
    const of = (away: 'readOnly' | 'editInWorktree' | 'ask'): unknown => {
      const { work, worktree, review } = toParams({ what, where, away, schedule, parentId: null });
      return [work, worktree, review];
    };
    const work = { kind: 'prompt', prompt: what.prompt, agent: 'codex' };
    assert.deepEqual(of('readOnly'), [{ ...work, away: 'readOnly' }, false, false]);
    assert.deepEqual(of('editInWorktree'), [{ ...work, away: 'editInWorktree' }, true, true]);
    assert.deepEqual(of('ask'), [{ ...work, away: 'ask' }, false, true]);
    assert.equal(titleOfWhat(what), 'Fix the login');
  });

  it('is a command, argument by argument', () => {
    const what = {
      kind: 'command',
      command: ['npm', 'run', 'a b'],
      line: 'npm run "a b"',
    } as const;
    const params = toParams({
      what: { ...what, command: [...what.command] },
      where,
      away: 'ask',
      schedule,
      parentId: null,
    });
    assert.deepEqual(params, {
      title: 'npm run "a b"',
      cwd: '/home/dev/api',
      schedule: { kind: 'cron', pattern: '0 9 * * *', zone: localZone() },
      parentId: null,
      work: { kind: 'command', command: ['npm', 'run', 'a b'] },
    });
  });

  it('quotes a selection so that nothing in it ends the quotation', () => {
    const selection = {
      path: 'a.md',
      language: 'markdown',
      firstLine: 3,
      lastLine: 5,
      text: '```js\nx\n```',
    };
    assert.equal(quoteSelection('', selection), selection.text);
    assert.equal(
      quoteSelection('Check it ', selection),
      'Check it\n\na.md, lines 3-5:\n\n````markdown\n```js\nx\n```\n````',
    );
  });
});
