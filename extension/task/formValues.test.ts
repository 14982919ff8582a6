import assert from 'node:assert/strict';
import { localZone, nextTimes } from '../../link/schedule/schedule.ts';
import type { FormValues } from '../../protocol/form/form.ts';
import { inEnglish as t } from '../translate.ts';
import { fakeId, fakeTask } from './fakeTask.test.ts';
import { readForm, toValues } from './formValues.ts';

const nowMs = new Date(2026, 10, 25, 10, 7).getTime();
const prompt = { kind: 'prompt', prompt: 'Fix it', agent: 'claude', model: null, away: 'ask' };

function read(change: FormValues, before = fakeTask()): ReturnType<typeof readForm> {
  return readForm({ ...toValues(before), ...change }, { nowMs, t, before });
}

describe('the form of a task', () => {
  it('gives back what it was given', () => {
    const tasks = [
      fakeTask(),
      fakeTask({
        work: { ...prompt, model: 'opus', away: 'editInWorktree' },
        worktree: true,
        schedule: { kind: 'cron', pattern: '0 9 * * 1-5', zone: localZone() },
        policies: {
          missed: { kind: 'all', max: 3, withinMs: 7_200_000 },
          overlap: { kind: 'parallel', max: 4 },
          unknown: 'retry',
          jitterMs: 5000,
        },
        check: { command: ['sh', '-c', 'exit "$X"'], max: 3, timeoutMs: 1000 },
        budget: { tokens: 1000, dollars: 1.5, minutes: 20 },
        retries: { max: 2, delayMs: 1000 },
        timeoutMs: 90_000,
        environment: { A: 'b=c', B: '' },
        labels: ['night', 'ci'],
        priority: 'high',
        review: true,
        assignee: fakeId(6),
        continueAfterLimit: true,
        description: 'why',
      }),
      fakeTask({
        schedule: { kind: 'every', everyMs: 5_400_000, anchor: '2026-11-20T08:00:03.000Z' },
      }),
      fakeTask({ work: { kind: 'none' } }),
    ];
    for (const task of tasks) {
      const { errors, filled } = read({}, task);
      assert.deepEqual(errors, {});
      const { title, work, cwd, description, worktree, environment, timeoutMs } = task;
      const { schedule, policies, check, budget, continueAfterLimit, priority } = task;
      const { labels, review, assignee, retries } = task;
      assert.deepEqual(filled, {
        ...{ title, work, cwd, description, worktree, environment, timeoutMs },
        ...{ schedule, policies, check, budget, continueAfterLimit, priority },
        ...{ labels, review, assignee, retries },
      });
    }
  });

  it('says of each field what is wrong with it, and gives nothing until all is well', () => {
    const { errors, filled } = read({
      title: ' ',
      kind: 'prompt',
      prompt: '',
      agent: '',
      cwd: 'api',
      when: 'cron',
      pattern: '0 0 30 2 *',
      zone: 'Mars/Olympus',
      retries: '1.5',
      timeout: '0',
      budgetDollars: 'much',
      check: 'say "hi',
      environment: 'A=1\nno',
    });
    assert.equal(filled, undefined);
    assert.deepEqual(errors, {
      title: 'Write something here.',
      prompt: 'Write something here.',
      agent: 'Choose an agent.',
      cwd: 'Name the whole path of a folder.',
      zone: 'The time zone is not known. Name one like Europe/Berlin, or UTC.',
      retries: 'Write a whole number.',
      timeout: 'From 0.02 to 10,080.',
      budgetDollars: 'Write a number.',
      check: 'A quote is not closed.',
      environment: 'Line 2 is not NAME=value.',
    });
    assert.match(
      read({ when: 'cron', pattern: '0 0 30 2 *' }).errors['pattern'] ?? '',
      /never comes/,
    );
    assert.match(read({ when: 'once', at: 'yesterday' }).errors['at'] ?? '', /^Such as/);
    assert.match(read({ when: 'once', at: '2020-01-01 09:00' }).errors['at'] ?? '', /has passed/);
    assert.match(read({ when: 'every', every: '0 min' }).errors['every'] ?? '', /^Such as/);
  });

  it('keeps an anchor and a moment that nobody touched, and takes new ones', () => {
    const every = { kind: 'every', everyMs: 3_600_000, anchor: '2026-11-20T08:17:00.000Z' };
    const hourly = fakeTask({ schedule: every });
    assert.deepEqual(read({}, hourly).filled?.schedule, every);
    const other = read({ every: '30 min' }, hourly).filled?.schedule;
    assert.ok(other?.kind === 'every' && other.everyMs === 1_800_000);
    const once = { kind: 'once', at: '2020-01-01T08:00:00.000Z' };
    assert.deepEqual(read({}, fakeTask({ schedule: once })).filled?.schedule, once);
    const tomorrow = read({ when: 'once', at: 'tomorrow 9:00' }).filled?.schedule;
    assert.ok(tomorrow !== undefined);
    assert.deepEqual(nextTimes(tomorrow, nowMs, 2), [new Date(2026, 10, 26, 9, 0).getTime()]);
  });

  it('gives a heading no schedule, and a command nothing of an agent', () => {
    assert.deepEqual(read({ kind: 'none', when: 'cron', pattern: '?' }).filled?.schedule, {
      kind: 'none',
    });
    const { filled } = read({ check: 'npm test', budgetTokens: '5', continueAfterLimit: 'true' });
    assert.deepEqual(
      [filled?.check, filled?.budget?.tokens, filled?.continueAfterLimit],
      [null, null, false],
    );
  });
});
