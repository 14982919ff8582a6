import assert from 'node:assert/strict';
import { TaskBench } from '../../bench/taskBench.ts';
import type { Policies, Schedule } from '../../protocol/task/schedule.ts';
import { runIdSchema } from '../../protocol/wire/brand.ts';
import { createUuid } from '../uuid.ts';

const hour = 3_600_000;
const minute = 60_000;
const hourly: Schedule = { kind: 'cron', pattern: '0 * * * *', zone: 'UTC' };
const usual: Policies = {
  missed: { kind: 'once' },
  overlap: { kind: 'skip' },
  unknown: 'fail',
  jitterMs: 0,
};

describe('a schedule', () => {
  let bench: TaskBench;

  beforeEach(async () => {
    bench = await TaskBench.open();
  });

  afterEach(() => bench.close());

  it('runs at every planned time, once, and knows the next one', async () => {
    const id = await bench.add({ schedule: hourly });
    await bench.pass(2 * hour + minute, 20_000);
    assert.deepEqual(await bench.story(), ['01:00 succeeded', '02:00 succeeded']);
    assert.equal(bench.book.get(id).nextRunAt, '2026-01-05T03:00:00.000Z');
    assert.equal(bench.book.get(id).state.status, 'ready');
  });

  it('leaves out what is missed when the policy says skip, and says how many', async () => {
    await bench.add({ schedule: hourly, policies: { ...usual, missed: { kind: 'skip' } } });
    await bench.sleep(3 * hour + 10 * minute);
    assert.deepEqual(await bench.story(), ['03:00 skipped']);
    const [run] = await bench.runs();
    assert.equal(run?.reason, '3 planned times were missed: Waggle did not run.');
    assert.deepEqual(bench.started, []);
  });

  it('makes up for the last missed time when the policy says once', async () => {
    await bench.add({ schedule: hourly });
    await bench.sleep(3 * hour + 10 * minute);
    assert.deepEqual(await bench.story(), ['02:00 skipped', '03:00 succeeded']);
    assert.equal((await bench.runs())[1]?.trigger, 'missed');
  });

  it('makes up for the newest of the missed times within a window, one after the other', async () => {
    const missed = { kind: 'all', max: 3, withinMs: 24 * hour } as const;
    await bench.add({ schedule: hourly, policies: { ...usual, missed } });
    await bench.sleep(6 * hour + 10 * minute);
    assert.deepEqual(await bench.story(), [
      '03:00 skipped',
      '04:00 succeeded',
      '05:00 succeeded',
      '06:00 succeeded',
    ]);
    const within = { kind: 'all', max: 50, withinMs: 2 * hour } as const;
    await bench.add({ schedule: hourly, policies: { ...usual, missed: within } });
    await bench.sleep(6 * hour);
    assert.equal(bench.started.length, 3 + 3 + 2);
  });

  it('leaves a planned time out while the last run is not over when the policy says skip', async () => {
    bench.isQuick = false;
    await bench.add({ schedule: hourly });
    await bench.pass(2 * hour + minute, 30_000);
    assert.deepEqual(await bench.story(), ['01:00 started', '02:00 skipped']);
  });

  it('lets one run wait when the policy says queue', async () => {
    bench.isQuick = false;
    await bench.add({ schedule: hourly, policies: { ...usual, overlap: { kind: 'queue' } } });
    await bench.pass(3 * hour + minute, 30_000);
    assert.deepEqual(await bench.story(), ['01:00 started', '02:00 waiting', '03:00 skipped']);
    await bench.end({ outcome: 'succeeded', reason: null });
    assert.deepEqual(await bench.story(), ['01:00 succeeded', '02:00 started', '03:00 skipped']);
  });

  it('runs up to so many at once when the policy says parallel', async () => {
    bench.isQuick = false;
    const overlap = { kind: 'parallel', max: 2 } as const;
    const id = await bench.add({ schedule: hourly, policies: { ...usual, overlap } });
    await bench.pass(3 * hour + minute, 30_000);
    assert.deepEqual(await bench.story(), ['01:00 started', '02:00 started', '03:00 skipped']);
    assert.deepEqual(bench.book.get(id).state, { status: 'running', active: 2 });
  });

  it('ends the run that runs when the policy says replace', async () => {
    bench.isQuick = false;
    await bench.add({ schedule: hourly, policies: { ...usual, overlap: { kind: 'replace' } } });
    await bench.pass(2 * hour + minute, 30_000);
    assert.deepEqual(await bench.story(), ['01:00 cancelled', '02:00 started']);
  });

  it('starts up to its jitter later, the same for the same planned time', async () => {
    await bench.add({ schedule: hourly, policies: { ...usual, jitterMs: 20 * minute } });
    await bench.pass(hour + 21 * minute, 10_000);
    const [run] = await bench.runs();
    assert.equal(run?.plannedAt, '2026-01-05T01:00:00.000Z');
    const late = Date.parse(run?.startedAt ?? '') - Date.parse(run?.plannedAt ?? '');
    assert.ok(late > 0 && late <= 20 * minute, `${late} ms`);
    assert.equal(run?.trigger, 'schedule');
  });

  it('fires nothing twice when the clock is set back, and goes on with what comes then', async () => {
    await bench.add({ schedule: hourly });
    await bench.pass(2 * hour + minute, 20_000);
    await bench.setClock('2026-01-05T00:30:00Z');
    await bench.pass(2 * hour, 20_000);
    assert.deepEqual(
      bench.started.map((at) => at.slice(11, 16)),
      ['01:00', '02:00'],
    );
    await bench.pass(hour, 20_000);
    assert.deepEqual(
      bench.started.map((at) => at.slice(11, 16)),
      ['01:00', '02:00', '03:00'],
    );
  });

  it('follows its policy when the clock is set forward, and does not wait for a wrong future', async () => {
    await bench.add({ schedule: hourly });
    await bench.setClock('2026-01-07T00:30:00Z');
    assert.deepEqual(bench.started, ['2026-01-07T00:00:00.000Z']);
    await bench.setClock('2026-01-05T00:10:00Z');
    await bench.pass(hour, 20_000);
    assert.deepEqual(bench.started.at(-1), '2026-01-05T01:00:00.000Z');
  });

  it('forgets which of its times were claimed when they are long over, and no others', async () => {
    const taskId = await bench.add({ schedule: hourly });
    await bench.pass(2 * hour + minute, 20_000);
    const [first, second] = await bench.runs();
    assert.ok(first && second);
    await bench.book.store.prune({
      ...{ keep: 100, deletedBefore: '', plannedBefore: second.plannedAt },
    });
    const isFree = ({ id: runId, plannedAt }: typeof first) =>
      bench.book.act(() => ({ occurrences: [{ taskId, plannedAt, runId }] }));
    assert.deepEqual([await isFree(first), await isFree(second)], [true, false]);
    assert.equal((await bench.runs()).length, 2);
  });

  it('makes up for nothing that passed while it was paused', async () => {
    const id = await bench.add({ schedule: hourly, paused: true });
    await bench.pass(3 * hour, minute);
    assert.deepEqual(await bench.runs(), []);
    assert.equal(bench.book.get(id).nextRunAt, null);
  });

  it('moves nothing when it is run now', async () => {
    const id = await bench.add({ schedule: hourly });
    await bench.acting.run(id);
    await bench.tick();
    assert.equal(bench.started.length, 1);
    assert.equal(bench.book.get(id).nextRunAt, '2026-01-05T01:00:00.000Z');
  });

  it('is blocked with its task, and says so', async () => {
    const id = await bench.add({ schedule: hourly });
    await bench.acting.report(id, { blocked: 'no network' });
    await bench.pass(hour + minute, 20_000);
    assert.deepEqual(await bench.story(), ['01:00 skipped']);
  });
});

describe('a run', () => {
  let bench: TaskBench;

  beforeEach(async () => {
    bench = await TaskBench.open();
  });

  afterEach(() => bench.close());

  it('waits for a place when as many run as may, and says so; what is urgent goes first', async () => {
    bench.isQuick = false;
    await bench.book.act(() => ({ settings: { ...bench.book.settings, maxRunning: 1 } }));
    const first = await bench.add({ title: 'first' });
    const low = await bench.add({ title: 'low', priority: 'low' });
    const high = await bench.add({ title: 'high', priority: 'high' });
    for (const id of [first, low, high]) await bench.acting.run(id);
    await bench.tick();
    const waiting = bench.book.activeRuns(low)[0];
    assert.equal(waiting?.reason, 'It waits for a place: 1 run is at work.');
    await bench.end({ outcome: 'succeeded', reason: null });
    assert.equal(bench.book.activeRuns(high)[0]?.state, 'started');
    assert.equal(bench.book.activeRuns(low)[0]?.state, 'waiting');
  });

  it('waits while everything is paused, unless a person began it, and takes the place of none', async () => {
    bench.isQuick = false;
    const planned = await bench.add({
      ...{ schedule: hourly, policies: { ...usual, overlap: { kind: 'replace' } } },
    });
    const failing = await bench.add({ retries: { max: 1, delayMs: 60_000 } });
    await bench.acting.run(failing);
    await bench.tick();
    await bench.end({ outcome: 'failed', reason: 'no' });
    await bench.acting.run(planned);
    const pause = (paused: boolean) =>
      bench.book.act(() => ({ settings: { ...bench.book.settings, paused } }));
    await bench.book.act(() => {
      const [run] = bench.book.activeRuns(planned);
      assert.ok(run);
      const id = runIdSchema.parse(createUuid(bench.nowMs));
      const state = 'waiting' as const;
      return {
        settings: { ...bench.book.settings, paused: true },
        runs: [{ ...run, id, state, trigger: 'schedule' }],
      };
    });
    await bench.pass(2 * minute, 10_000);
    const states = () => bench.book.activeRuns().map(({ state, reason }) => [state, reason]);
    assert.deepEqual(states(), [
      ['waiting', 'Everything is paused.'],
      ['started', null],
      ['waiting', 'Everything is paused.'],
    ]);
    const asked = await bench.add({});
    await bench.acting.run(asked);
    await bench.tick();
    assert.equal(bench.book.activeRuns(asked)[0]?.state, 'started');
    await pause(false);
    await bench.tick();
    assert.equal(bench.book.activeRuns(failing)[0]?.state, 'started');
  });

  it('is tried again after a delay that doubles, as often as it may', async () => {
    bench.isQuick = false;
    const id = await bench.add({ retries: { max: 2, delayMs: 10_000 } });
    await bench.acting.run(id);
    await bench.tick();
    await bench.end({ outcome: 'failed', reason: 'no' });
    assert.equal(bench.book.activeRuns(id)[0]?.state, 'waiting');
    await bench.pass(10_000);
    await bench.end({ outcome: 'lost', reason: 'gone' });
    await bench.pass(19_000);
    assert.equal(bench.book.activeRuns(id)[0]?.state, 'waiting');
    await bench.pass(1000);
    await bench.end({ outcome: 'failed', reason: 'no' });
    assert.deepEqual(bench.book.get(id).state, { status: 'failed', reason: 'no' });
    assert.deepEqual(
      (await bench.runs(id)).map(({ attempt }) => attempt),
      [1, 2, 3],
    );
  });

  it('is over, and says so, when its daemon died between claim and start', async () => {
    const id = await bench.add({});
    await claimOnly(bench, id);
    await bench.restart();
    const [run] = await bench.runs(id);
    assert.equal(run?.outcome, 'unknown');
    assert.equal(bench.book.get(id).state.status, 'failed');
    assert.deepEqual(bench.started, []);
  });

  it('is not begun again when nobody knows whether it ran and the disk was full as that was to be written', async () => {
    const id = await bench.add({});
    await claimOnly(bench, id);
    bench.isFull = true;
    await bench.restart();
    bench.isFull = false;
    await bench.tick();
    assert.deepEqual([(await bench.runs(id))[0]?.outcome, bench.started], ['unknown', []]);
  });

  it('is made up for once when its policy for the unknown says retry', async () => {
    const id = await bench.add({ policies: { ...usual, unknown: 'retry' } });
    await claimOnly(bench, id);
    await bench.restart();
    assert.deepEqual(
      (await bench.runs(id)).map(({ outcome }) => outcome),
      ['unknown', 'succeeded'],
    );
    assert.equal(bench.started.length, 1);
  });

  it('goes on when the limit of the plan is reset, when the person wants that', async () => {
    bench.isQuick = false;
    const id = await bench.add({ continueAfterLimit: true });
    const retryAt = new Date(bench.nowMs + hour).toISOString();
    await bench.acting.run(id);
    await bench.tick();
    await bench.end({ outcome: 'limited', reason: 'used up', retryAt });
    await bench.pass(59 * minute, minute);
    assert.equal(bench.started.length, 1);
    await bench.pass(2 * minute, minute);
    assert.equal(bench.started.length, 2);
    const other = await bench.add({});
    await bench.end({ outcome: 'succeeded', reason: null });
    await bench.acting.run(other);
    await bench.tick();
    await bench.end({ outcome: 'limited', reason: 'used up', retryAt });
    assert.equal(bench.book.get(other).state.status, 'failed');
  });

  it('waits a minute at least when its limit is said to be reset already', async () => {
    bench.isQuick = false;
    const id = await bench.add({ continueAfterLimit: true });
    await bench.acting.run(id);
    await bench.tick();
    const retryAt = new Date(bench.nowMs - hour).toISOString();
    await bench.end({ outcome: 'limited', reason: 'used up', retryAt });
    await bench.pass(minute - 1000);
    assert.equal(bench.started.length, 1);
    await bench.pass(1000);
    assert.equal(bench.started.length, 2);
  });

  it('is ended when its minutes are used up, those of the tries before it included', async () => {
    bench.isQuick = false;
    const budget = { tokens: null, dollars: null, minutes: 10 };
    const id = await bench.add({ budget, retries: { max: 5, delayMs: 0 } });
    await bench.acting.run(id);
    await bench.tick();
    await bench.pass(6 * minute, minute);
    await bench.end({ outcome: 'failed', reason: 'no' });
    await bench.pass(5 * minute, minute);
    const last = (await bench.runs(id)).at(-1);
    assert.deepEqual([last?.outcome, last?.attempt], ['overBudget', 2]);
    assert.equal(last?.reason, 'Its budget is used up: 10 minutes.');
  });

  it('is ended later when it could not be at first', async () => {
    bench.isQuick = false;
    const id = await bench.add({});
    await bench.acting.run(id);
    await bench.tick();
    bench.isUnkillable = true;
    await assert.rejects(bench.acting.cancel(id, 'enough'), /no host/);
    await bench.tick();
    assert.equal((await bench.runs(id))[0]?.outcome, null);
    bench.isUnkillable = false;
    await bench.tick();
    const [run] = await bench.runs(id);
    assert.deepEqual([run?.outcome, run?.reason], ['cancelled', 'enough']);
  });

  it('does not check for longer than it may, also when its daemon was another one in between', async () => {
    const id = await bench.add({ check: { command: ['x'], max: 1, timeoutMs: minute } });
    await bench.acting.run(id);
    await bench.tick();
    assert.equal(bench.book.activeRuns(id)[0]?.reason, 'Its check runs.');
    await bench.restart();
    await bench.pass(2 * minute, 10_000);
    const [run] = await bench.runs(id);
    assert.deepEqual(
      [run?.outcome, run?.reason],
      ['timedOut', 'Its check took longer than 1 min.'],
    );
  });

  it('stays due when the disk is full at its claim, and nothing of it is half written', async () => {
    const id = await bench.add({ schedule: hourly });
    bench.isFull = true;
    await bench.pass(hour + 10_000, 10_000);
    assert.deepEqual([await bench.runs(), bench.started.length], [[], 0]);
    bench.isFull = false;
    await bench.pass(10_000);
    assert.deepEqual(await bench.story(id), ['01:00 succeeded']);
  });
});

/** As a daemon leaves it that dies before it starts anything. */
async function claimOnly(bench: TaskBench, id: Parameters<TaskBench['acting']['run']>[0]) {
  const { runner } = bench;
  runner.start = () => undefined;
  await bench.acting.run(id);
  assert.equal(bench.book.activeRuns(id)[0]?.state, 'claimed');
}
