import assert from 'node:assert/strict';
import { toFence } from './fence.ts';
import { toFilePlace } from './filePlace.ts';
import { rankPaths, toPattern, toShortPath } from './paths.ts';

describe('paths in a chat', () => {
  it('are found in either case, with folders between, and nothing in them is a pattern', () => {
    assert.equal(toPattern(''), '**/*');
    assert.equal(toPattern('a.t'), '**/*[aA].[tT]*');
    assert.equal(toPattern('a/b'), '**/*[aA]*/**/*[bB]*');
    assert.equal(toPattern('*{[!]}\\'), '**/*???????*');
  });

  it('stand in the order of how well they fit', () => {
    const paths = ['deep/user/model.ts', 'src/superuser.ts', 'src/user.ts', 'user.ts'];
    assert.deepEqual(rankPaths(paths, 'User'), [
      'user.ts',
      'src/user.ts',
      'src/superuser.ts',
      'deep/user/model.ts',
    ]);
  });

  it('are short inside of the folder and whole outside of it', () => {
    assert.equal(toShortPath('/work/api', '/work/api/src/a.ts'), 'src/a.ts');
    assert.equal(toShortPath('/work/api', '/work/other/a.ts'), '/work/other/a.ts');
  });

  it('lead to a line where they name one, and nowhere where they are addresses', () => {
    assert.deepEqual(toFilePlace('src/a.ts:12:3'), { path: 'src/a.ts', line: 12 });
    assert.deepEqual(toFilePlace('a.ts#L7'), { path: 'a.ts', line: 7 });
    assert.deepEqual(toFilePlace('file:///tmp/a%20b.ts'), { path: '/tmp/a b.ts', line: undefined });
    for (const address of [
      'javascript:alert(1)',
      'command:x',
      'data:text/html,x',
      '#top',
      'file://%',
    ])
      assert.equal(toFilePlace(address), undefined, address);
  });
});

describe('a fence', () => {
  it('is longer than any in the code', () => {
    assert.equal(toFence('x\n', 'ts'), '```ts\nx\n```');
    assert.equal(toFence('````\ny', 'b"ad'), '`````\n````\ny\n`````');
  });
});
