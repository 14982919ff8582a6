import assert from 'node:assert/strict';
import { isOlder } from './versionCheck.ts';

describe('the version of an agent', () => {
  it('is compared number by number', () => {
    const versions = ['2.0.0', '1.99.9', '2.0', '10.0.0', '2.0.0-beta', '2.1', '1'];
    assert.deepEqual(
      versions.map((version) => isOlder(version, '2.0.0')),
      [false, true, false, false, false, false, true],
    );
  });
});
