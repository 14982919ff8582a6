/**
 * `db.tick`: one look of the scheduler at 10,000 tasks. `task.history`: a page of 10,000 runs. `task.lateness`: how much
 * after its planned time a run has started, while sessions write. `task.cancel`: from the request until the process is gone.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { Task } from '../protocol/task/task.ts';
import { createRun } from '../daemon/task/runs.ts';
import { TaskBench } from './taskBench.ts';
import { startDaemonRig } from './daemonRig.ts';
import type { BenchContext, Bound, Figure, Measurement } from './figure.ts';
import { median, quantile } from './figure.ts';
import { waitFor } from './waitFor.ts';

const bounds = {
  tick: { floor: 1, goal: 0.1, better: 'lower' },
  history: { floor: 50, goal: 10, better: 'lower' },
  lateness: { floor: 2000, goal: 1200, better: 'lower' },
  cancel: { floor: 200, goal: 100, better: 'lower' },
} as const satisfies Readonly<Record<string, Bound>>;
const many = 10_000;
const batch = 500;
const looks = 1000;
const pages = 100;
const sessions = 20;
const planned = 40;
const spreadMs = 10_000;
const cancelled = 20;

export const taskFigure: Figure = {
  cases: {
    'db.tick': ['query', 'idle'],
    'task.history': ['p50', 'p99'],
    'task.lateness': ['p99'],
    'task.cancel': ['p99'],
  },
  async *measure(context, wanted) {
    if (wanted.has('db.tick') || wanted.has('task.history')) yield* measureStore(context);
    if (wanted.has('task.lateness') || wanted.has('task.cancel')) yield* measureDaemon(context);
  },
};

async function* measureStore({ rounds }: BenchContext): AsyncGenerator<Measurement> {
  const bench = await TaskBench.open();
  try {
    const at = new Date(bench.nowMs + 86_400_000).toISOString();
    const first = await bench.add({ schedule: { kind: 'once', at } });
    await bench.addMany(many - 1, { schedule: { kind: 'once', at } });
    const now = new Date(bench.nowMs).toISOString();
    const query = await times(rounds, looks, () => bench.book.store.due({ now, limit: 100 }));
    const idle = await times(rounds, looks, () => bench.scheduler.tick());
    const note = `${many} tasks, nothing due`;
    const tick = { id: 'db.tick', unit: 'ms', bound: bounds.tick, rounds, note } as const;
    yield { ...tick, case: 'query', value: median(query) };
    yield { ...tick, case: 'query p99', value: quantile(query, 0.99), isVariant: true };
    yield { ...tick, case: 'idle', value: median(idle) };
    for (let made = 0; made < many; made += batch) {
      const runs = Array.from({ length: batch }, () => {
        const wanted = { trigger: 'schedule', state: 'claimed' } as const;
        const due = { plannedAt: bench.nowMs, dueAt: bench.nowMs };
        const run = createRun({ id: first }, { ...wanted, ...due }, bench.nowMs);
        return { ...run, state: 'finished', outcome: 'succeeded' } as const;
      });
      await bench.book.act(() => ({ runs }));
    }
    const page = { taskId: first, after: null, limit: 100 };
    const read = await times(rounds, pages, () => bench.book.store.history(page));
    const history = { id: 'task.history', unit: 'ms', bound: bounds.history, rounds } as const;
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const)
      yield { ...history, case: name, value: quantile(read, share), note: `100 of ${many} runs` };
  } finally {
    bench.close();
  }
}

async function times(
  rounds: number,
  count: number,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const all: number[] = [];
  for (let each = 0; each < rounds * count; each += 1) {
    const before = performance.now();
    await work();
    all.push(performance.now() - before);
  }
  return all;
}

async function* measureDaemon(context: BenchContext): AsyncGenerator<Measurement> {
  const home = await mkdtemp(join(context.temporaryDirectory, 'task-'));
  const rig = startDaemonRig({ home, programDirectory: context.programDirectory });
  const link = await rig.connect();
  const folder = join(home, 'folder');
  await mkdir(folder);
  try {
    for (let each = 0; each < sessions; each += 1) await openBusy(link, folder);
    const late: number[] = [];
    const gone: number[] = [];
    for (let round = 0; round < context.rounds; round += 1) {
      late.push(quantile(await measureLateness(link, folder), 0.99));
      gone.push(quantile(await measureCancel(link, folder), 0.99));
      context.say(`task: round ${round + 1} of ${context.rounds}`);
    }
    const common = { case: 'p99', unit: 'ms', rounds: context.rounds } as const;
    const under = `${sessions} sessions write`;
    const lateNote = `${planned} planned times in ${spreadMs / 1000} s, ${under}`;
    yield {
      ...{ ...common, id: 'task.lateness', bound: bounds.lateness },
      ...{ value: median(late), note: lateNote },
    };
    yield {
      ...{ ...common, id: 'task.cancel', bound: bounds.cancel },
      ...{ value: median(gone), note: `until the process is gone, ${under}` },
    };
  } finally {
    link.dispose();
    await rig.stop();
  }
}

function openBusy(link: DaemonLink, cwd: string): Promise<unknown> {
  return link.call('session/open', {
    agent: 'command',
    command: ['/bin/sh', '-c', 'while :; do echo something is written; sleep 0.1; done'],
    cwd,
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    size: { cols: 80, rows: 24 },
  });
}

async function measureLateness(link: DaemonLink, cwd: string): Promise<number[]> {
  const begin = Date.now() + 2000;
  const tasks: Task[] = [];
  for (let each = 0; each < planned; each += 1) {
    const at = new Date(begin + (each * spreadMs) / planned).toISOString();
    const work = { kind: 'command' as const, command: ['/bin/true'] };
    const wanted = { title: 'late', work, cwd, schedule: { kind: 'once' as const, at } };
    tasks.push((await link.call('task/create', wanted)).task);
  }
  const ids = new Set<string>(tasks.map(({ id }) => id));
  const runs = await waitFor('the planned runs', async () => {
    const { runs: all } = await link.call('task/history', { limit: 200 });
    const ours = all.filter(({ taskId }) => ids.has(taskId));
    const isOver = ours.length === planned && ours.every(({ state }) => state === 'finished');
    return isOver ? ours : undefined;
  });
  return runs.map(
    ({ startedAt, plannedAt }) => Date.parse(startedAt ?? '') - Date.parse(plannedAt),
  );
}

async function measureCancel(link: DaemonLink, cwd: string): Promise<number[]> {
  const took: number[] = [];
  for (let each = 0; each < cancelled; each += 1) {
    const work = { kind: 'command' as const, command: ['/bin/sleep', '600'] };
    const { task } = await link.call('task/create', { title: 'cancelled', work, cwd });
    await link.call('task/run', { taskId: task.id });
    const pid = await waitFor('its process', async () => {
      const { task: now } = await link.call('task/get', { taskId: task.id });
      const sessionId = now.lastRun?.sessionId;
      if (sessionId === undefined || sessionId === null) return undefined;
      return (await link.call('session/get', { sessionId })).session.pid ?? undefined;
    });
    const before = performance.now();
    const asked = link.call('task/cancel', { taskId: task.id });
    await waitFor('its end', () => (isRunning(pid) ? undefined : true));
    took.push(performance.now() - before);
    await asked;
  }
  return took;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
