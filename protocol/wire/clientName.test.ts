import assert from 'node:assert/strict';
import { nameClient, nameOfClient } from './clientName.ts';

describe('the name of a client', () => {
  it('is read from its id, wherever that is', () => {
    assert.equal(nameClient('window-1', 'api'), 'window-1:api');
    for (const name of ['api', 'v1.2-rc', 'a:b'])
      assert.equal(nameOfClient(nameClient('window-1', name)), name);
  });

  it('is left out where there is none, and where no id can hold it', () => {
    for (const name of [undefined, 'two words', 'ü', 'x'.repeat(64)]) {
      const id = nameClient('window-1', name);
      assert.deepEqual([id, nameOfClient(id)], ['window-1', undefined]);
    }
    assert.equal(nameOfClient(null), undefined);
  });
});
