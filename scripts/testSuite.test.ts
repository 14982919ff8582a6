import assert from 'node:assert/strict';
import { addCounts, inStages, replaceCounts } from './testSuite.ts';

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
  it('are those that wait, with each file once, between those that compute', () => {
    const stages = inStages([
      { suite: 'unit', files: ['/u'] },
      { suite: 'flow', files: ['/a', '/b', '/c'] },
      { suite: 'agents', files: ['/g'] },
      { suite: 'vscode', files: ['/v', '/w'] },
    ]);
    assert.deepEqual(stages, [
      [{ suite: 'unit', files: ['/u'] }],
      [
        { suite: 'flow', files: ['/a', '/c'], label: 'flow 1' },
        { suite: 'flow', files: ['/b'], label: 'flow 2' },
      ],
      [{ suite: 'agents', files: ['/g'] }],
      [
        { suite: 'vscode', files: ['/v'], label: 'vscode 1' },
        { suite: 'vscode', files: ['/w'], label: 'vscode 2' },
      ],
    ]);
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
