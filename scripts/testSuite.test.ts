import assert from 'node:assert/strict';
import { replaceCounts } from './testSuite.ts';

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
