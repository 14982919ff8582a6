import assert from 'node:assert/strict';
import { addCounts, inStages, replaceCounts, runStage } from './testSuite.ts';

describe('the counts of a suite', () => {
  const failedIn = { '/a.test.ts': { passed: 3, failed: 2, skipped: 1 } };
  const suite = { passed: 13, failed: 2, skipped: 4, failedIn };

  it('are those of the second run for the files that were run again', () => {
    const counts = { passed: 5, failed: 0, skipped: 1 };
    assert.deepEqual(replaceCounts(suite, { files: ['/a.test.ts'], counts }), {
      passed: 15,
      failed: 0,
      skipped: 4,
    });
  });

  it('keep what fails again', () => {
    const counts = { passed: 4, failed: 1, skipped: 1 };
    assert.equal(replaceCounts(suite, { files: ['/a.test.ts'], counts }).failed, 1);
  });
});

describe('suites that run side by side', () => {
  it('are those that wait, each file by itself, between those that compute', () => {
    const stages = inStages([
      { suite: 'unit', files: ['/u', '/t'] },
      { suite: 'flow', files: ['/a.test.ts', '/b.test.ts'] },
      { suite: 'agents', files: ['/g'] },
    ]);
    assert.deepEqual(stages, [
      { atOnce: 1, parts: [{ suite: 'unit', files: ['/u', '/t'] }] },
      {
        atOnce: 2,
        parts: [
          { suite: 'flow', files: ['/a.test.ts'], label: 'a' },
          { suite: 'flow', files: ['/b.test.ts'], label: 'b' },
        ],
      },
      { atOnce: 1, parts: [{ suite: 'agents', files: ['/g'] }] },
    ]);
  });

  it('begin the next file as soon as one of them is done, and run each once', async () => {
    const [stage] = inStages([{ suite: 'flow', files: ['/a', '/b', '/c', '/d'] }]);
    assert.ok(stage !== undefined);
    const ends = new Map<string, () => void>();
    const begun: string[] = [];
    const done = runStage(stage, ({ files: [file = ''] }) => {
      begun.push(file);
      return new Promise<void>((resolve) => ends.set(file, resolve));
    });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ['/a', '/b']);
    for (const [file, after] of [
      ['/b', ['/a', '/b', '/c']],
      ['/c', ['/a', '/b', '/c', '/d']],
      ['/a', ['/a', '/b', '/c', '/d']],
    ] as const) {
      ends.get(file)?.();
      await turn();
      assert.deepEqual(begun, after);
    }
    ends.get('/d')?.();
    await done;
  });

  it('have the counts of all their parts, and the files in which any failed', () => {
    const good = { passed: 2, failed: 0, skipped: 1 };
    const bad = { passed: 1, failed: 1, skipped: 0, failedIn: { '/a': { ...good, failed: 1 } } };
    assert.deepEqual(addCounts(good, good), { passed: 4, failed: 0, skipped: 2 });
    assert.deepEqual(addCounts(good, bad), {
      passed: 3,
      failed: 1,
      skipped: 1,
      failedIn: bad.failedIn,
    });
  });
});
