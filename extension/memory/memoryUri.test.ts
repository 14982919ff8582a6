import assert from 'node:assert/strict';
import { fakeBlock, fakeFact } from './fakeFact.test.ts';
import { factAddress, noteAddress, readAddress } from './memoryUri.ts';

describe('the addresses of notes and facts', () => {
  it('have a name for the tab, and the id that counts', () => {
    const block = fakeBlock({ label: 'release steps' });
    const address = noteAddress(block, 'api');
    assert.deepEqual([address.path, address.query], ['/api/release steps.md', `block=${block.id}`]);
    assert.deepEqual(readAddress(address), { kind: 'note', id: block.id });
  });

  it('are safe as a path, whatever a fact says', () => {
    const fact = fakeFact({ text: '../..\\etc/passwd?x#y: \u202ez' });
    const address = factAddress(fact, '../x');
    assert.equal(address.path, '/x/etc passwd x y z.md');
    assert.deepEqual(readAddress(address), { kind: 'fact', id: fact.id });
    assert.equal(factAddress(fakeFact({ text: '...' }), '').path, '/-/-.md');
  });

  it('of something else are a folder', () => {
    assert.equal(readAddress({ query: '' }), undefined);
    assert.equal(readAddress({ query: 'block=1' }), undefined);
  });
});
