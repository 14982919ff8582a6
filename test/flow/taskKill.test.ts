/** The daemon is killed at every step between claim and outcome; a ledger outside says what really ran. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from '../../protocol/task/task.ts';
import { TaskHome, until } from './taskHome.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const kills = isLong ? 200 : 30;
const tasksPerKill = 3;
/** From the first claim to the last outcome. */
const spanMs = 500;

/** Numbers that are the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('tasks of a daemon that is killed', function () {
  this.timeout(isLong ? 3_600_000 : 600_000);
  let tasks: TaskHome;

  before(async () => {
    tasks = await TaskHome.open();
  });

  after(() => tasks.close());

  const ledger = (): string => join(tasks.folder, 'ledger');

  const ran = (key: string): number =>
    existsSync(ledger())
      ? readFileSync(ledger(), 'utf8')
          .split('\n')
          .filter((line) => line === key).length
      : 0;

  const add = (key: string, unknown: 'fail' | 'retry'): Promise<Task> =>
    tasks.add(['/bin/sh', '-c', `echo ${key} >> "${ledger()}"`], {
      title: key,
      policies: { unknown },
      schedule: { kind: 'once', at: new Date(Date.now() + 1000).toISOString() },
    });

  it(`run no planned time twice, and lose none that their policy promises (${kills} kills)`, async () => {
    const random = createRandom(isLong ? Date.now() : 20_261_128);
    const outcomes = new Set<string>();
    for (let kill = 0; kill < kills; kill += 1) {
      const added: Task[] = [];
      for (let each = 0; each < tasksPerKill; each += 1)
        added.push(await add(`k${kill}-${each}`, each === 0 ? 'fail' : 'retry'));
      await delay(1000 + random() * spanMs);
      await tasks.home.signal('SIGKILL');
      await tasks.start();
      for (const task of added) outcomes.add(await settle(task));
    }
    assert.ok(outcomes.has('succeeded'));
  });

  async function settle(task: Task): Promise<string> {
    await until(async () => {
      const { state, nextRunAt } = await tasks.get(task);
      return nextRunAt === null && (state.status === 'done' || state.status === 'failed');
    }, `${task.title} is over`);
    const found = await tasks.outcomes(task);
    const times = ran(task.title);
    const isUnknown = found.includes('unknown');
    if (task.policies.unknown === 'retry' || !isUnknown)
      assert.equal(times, 1, `${task.title}: ${found.join(', ')}`);
    else assert.ok(times <= 1, `${task.title} ran ${times} times`);
    return found.at(-1) ?? 'none';
  }
});
