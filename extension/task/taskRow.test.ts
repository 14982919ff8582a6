import assert from 'node:assert/strict';
import { inEnglish as t } from '../translate.ts';
import { fakeRun, fakeTask } from './fakeTask.test.ts';
import { describeNextTimes, describeScheduled } from './scheduleRow.ts';
import { describeRun, describeTask } from './taskRow.ts';

const nowMs = new Date(2026, 10, 20, 10, 0).getTime();
const iso = (hour: number, minute = 0): string =>
  new Date(2026, 10, 20, hour, minute).toISOString();
const hourly = { kind: 'every', everyMs: 3_600_000, anchor: iso(8) };

function say(change: Parameters<typeof fakeTask>[0]): string {
  const { label, description, icon } = describeTask(fakeTask(change), { nowMs, t });
  return [icon.id, label, description].join(' | ');
}

describe('the row of a task', () => {
  it('says when it runs next and how often', () => {
    assert.equal(
      say({ schedule: hourly, nextRunAt: iso(11) }),
      'watch | Nightly tests | 11:00 · every hour',
    );
    assert.equal(
      say({ schedule: hourly, nextRunAt: iso(10, 20) }),
      'watch | Nightly tests | in 20 min · every hour',
    );
    assert.equal(
      say({ schedule: { kind: 'once', at: iso(11, 30) }, nextRunAt: iso(11, 30) }),
      'watch | Nightly tests | 11:30',
    );
    assert.equal(
      say({ schedule: hourly, paused: true }),
      'watch | Nightly tests | off · every hour',
    );
  });

  it('says what it does, what became of it, and what is wrong with it', () => {
    const run = { startedAt: iso(9, 58), finishedAt: null, outcome: null, state: 'started' };
    assert.equal(
      say({ state: { status: 'running', active: 1 }, lastRun: fakeRun(run), progress: 'half' }),
      'sync~spin | Nightly tests | half · 2 min',
    );
    const over = fakeRun({ finishedAt: iso(9, 57) });
    assert.equal(
      say({ state: { status: 'review', runId: over.id }, lastRun: over }),
      'checklist | Nightly tests | done 3 min ago',
    );
    assert.equal(
      say({ state: { status: 'failed', reason: 'Exited 1.' }, lastRun: over, priority: 'high' }),
      'error | Nightly tests | high priority · Exited 1.',
    );
    assert.equal(
      say({ state: { status: 'done', summary: null }, lastRun: over }),
      'pass-filled | Nightly tests | 3 min',
    );
  });

  it('cleans what agents and files say', () => {
    const hostile = 'a\u001b[31mb\u202ec\nd';
    const words = describeTask(
      fakeTask({ title: hostile, state: { status: 'blocked', reason: hostile } }),
      { nowMs, t },
    );
    assert.equal(words.label, 'a[31mbc d');
    assert.equal(words.description, 'a[31mbc d');
  });
});

describe('the row of a run', () => {
  it('says when it was, what became of it, how long it took and why it was made', () => {
    const words = (change: Parameters<typeof fakeRun>[0]): string => {
      const { label, description } = describeRun(fakeRun(change), { nowMs, t });
      return `${label} | ${description}`;
    };
    const times = {
      startedAt: iso(9),
      finishedAt: new Date(Date.parse(iso(9)) + 12_000).toISOString(),
    };
    assert.equal(words(times), '09:00 | succeeded · 12 s');
    assert.equal(
      words({ ...times, outcome: 'failed', exitCode: 1, trigger: 'retry', attempt: 2 }),
      '09:00 | exited 1 · 12 s · attempt 2 · tried again',
    );
    assert.equal(
      words({
        startedAt: null,
        plannedAt: iso(9),
        outcome: 'skipped',
        reason: 'The last one runs.',
      }),
      '09:00 | left out: The last one runs.',
    );
  });
});

describe('the next times', () => {
  it('stand in one line', () => {
    const { schedule } = fakeTask({ schedule: hourly });
    assert.equal(describeNextTimes(schedule, { nowMs, t }), '11:00 · 12:00 · 13:00');
    assert.equal(
      describeScheduled(schedule, { nowMs, t }),
      'every hour, next 11:00 · 12:00 · 13:00',
    );
    assert.equal(describeScheduled({ kind: 'none' }, { nowMs, t }), 'It runs when you say so');
  });
});
