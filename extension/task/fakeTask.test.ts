/** Tasks and runs for tests of this folder. */
import type { Run, Task } from '../../protocol/task/task.ts';
import { runSchema } from '../../protocol/task/run.ts';
import { taskDefaults, taskSchema } from '../../protocol/task/task.ts';

const at = '2026-11-20T08:00:00.000Z';

export function fakeId(last: number): string {
  return `018f0000-0000-7000-8000-${String(last).padStart(12, '0')}`;
}

export function fakeTask(change: Partial<Record<keyof Task, unknown>> = {}): Task {
  return taskSchema.parse({
    ...taskDefaults,
    id: fakeId(1),
    parentId: null,
    title: 'Nightly tests',
    work: { kind: 'command', command: ['npm', 'test'] },
    cwd: '/home/dev/api',
    state: { status: 'ready' },
    paused: false,
    nextRunAt: null,
    lastRun: null,
    results: [],
    progress: null,
    source: { kind: 'person' },
    workspaceId: fakeId(2),
    roleId: fakeId(3),
    ownerDaemonId: fakeId(4),
    createdAt: at,
    updatedAt: at,
    revision: 1,
    ...change,
  });
}

export function fakeRun(change: Partial<Record<keyof Run, unknown>> = {}): Run {
  return runSchema.parse({
    id: fakeId(9),
    taskId: fakeId(1),
    trigger: 'schedule',
    state: 'finished',
    outcome: 'succeeded',
    reason: null,
    attempt: 1,
    plannedAt: at,
    dueAt: at,
    claimedAt: at,
    startedAt: at,
    deliveredAt: null,
    finishedAt: '2026-11-20T08:00:12.000Z',
    sessionId: fakeId(5),
    exitCode: 0,
    signal: null,
    cost: null,
    retryAt: null,
    revision: 1,
    ...change,
  });
}
