import assert from 'node:assert/strict';
import { inEnglish as t } from '../translate.ts';
import { fakeId, fakeRun, fakeTask } from './fakeTask.test.ts';
import { readTaskId, readTaskIds } from './taskNode.ts';
import { describeOutput, describePage } from './taskText.ts';

const nowMs = new Date(2026, 10, 20, 10, 0).getTime();
const at = new Date(2026, 10, 20, 9, 0).toISOString();
const run = fakeRun({ startedAt: at, finishedAt: new Date(Date.parse(at) + 9000).toISOString() });

describe('the page of a task', () => {
  it('says what, when, where, with which rights and limits, what became of it, and by whom', () => {
    const task = fakeTask({
      work: {
        kind: 'prompt',
        prompt: 'Fix it\nall',
        agent: 'claude',
        model: 'opus',
        away: 'readOnly',
      },
      schedule: { kind: 'every', everyMs: 3_600_000, anchor: at },
      nextRunAt: new Date(2026, 10, 20, 11, 0).toISOString(),
      budget: { tokens: 5000, dollars: 2, minutes: 30 },
      check: { command: ['npm', 'test'], max: 3, timeoutMs: 1000 },
      retries: { max: 2, delayMs: 0 },
      timeoutMs: 600_000,
      review: true,
      lastRun: run,
      results: [
        { id: fakeId(8), kind: 'file', title: 'Report', target: 'out.md', by: 'agent', at },
      ],
    });
    const child = fakeTask({ id: fakeId(2), title: 'Part', parentId: task.id });
    const page = describePage(task, {
      nowMs,
      t,
      parent: undefined,
      children: [child],
      runs: [run],
    });
    for (const line of [
      /^Nightly tests\n/,
      /When +every hour\n/,
      /Next +\S.* 11:00, .* 12:00, /,
      /Missed times +If Waggle does not run then, it runs once when it is back\n/,
      /Agent +claude · opus\n/,
      /It may +Read Only: it looks and reports; everything else is denied\n/,
      /Time-out +10 min\n/,
      /Budget +5,000 tokens, \$2, 30 min\n/,
      /Repeats until +npm test passes, at most 3 times\n/,
      /Review +you approve what it did\n/,
      /Made by +you\n/,
      /What Is to Be Done\n\n  Fix it\n  all\n/,
      /Parts\n\n  Part +ready\n/,
      /Results\n\n  Report +out\.md\n/,
      /Runs\n\n  .* 09:00 +succeeded · 9 s\n$/,
    ])
      assert.match(page, line);
  });

  it('shows what a run wrote as it is, and signs that cannot be seen by their names', () => {
    const output = 'ok\n\u202edone';
    const page = describeOutput({ run, output, isTail: true }, fakeTask(), { nowMs, t });
    assert.match(page, /Task +Nightly tests\n/);
    assert.match(page, /The beginning was not kept\.\n\nok\n\\u\{202e\}done\n$/);
    const empty = describeOutput({ run, output: '', isTail: false }, undefined, { nowMs, t });
    assert.match(empty, /\n\nIt wrote nothing that was kept\.\n$/);
  });
});

describe('the task that a command is called on', () => {
  it('is a row, an id, an entry of Needs You, or the page in front', () => {
    const id = fakeId(1);
    const row = { kind: 'task', task: fakeTask() };
    for (const argument of [id, row, { taskId: id, kind: 'review' }, { query: `run=x&task=${id}` }])
      assert.equal(readTaskId(argument), id);
    for (const argument of [undefined, null, 'x', {}, { query: '' }])
      assert.equal(readTaskId(argument), undefined);
    const other = { kind: 'task', task: fakeTask({ id: fakeId(2) }) };
    assert.deepEqual(readTaskIds(row, [row, other]), [id, fakeId(2)]);
    assert.deepEqual(readTaskIds(row, [other]), [id]);
  });
});
