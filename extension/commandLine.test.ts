import assert from 'node:assert/strict';
import { joinCommand, parseCommandLine } from './commandLine.ts';

describe('a command line', () => {
  const cases: readonly (readonly [string, string[] | undefined])[] = [
    ['npm test', ['npm', 'test']],
    ['  node   -e "console.log(1)" ', ['node', '-e', 'console.log(1)']],
    [`sh -c 'a "b" $c'`, ['sh', '-c', 'a "b" $c']],
    ['a\\ b c', ['a b', 'c']],
    ['"say \\"hi\\"" x', ['say "hi"', 'x']],
    [`x ''`, ['x', '']],
    ['"open', undefined],
    ['   ', undefined],
  ];
  for (const [line, expected] of cases) {
    it(`is ${JSON.stringify(expected)} for ${JSON.stringify(line)}`, () => {
      assert.deepEqual(parseCommandLine(line), expected);
    });
  }
});

describe('a program and its arguments as one line', () => {
  it('is read as the same list again', () => {
    const lists = [
      ['npm', 'test'],
      ['a b', ''],
      ['say', 'it\'s "x"', '$HOME', '`id`', 'back\\slash', 'é'],
    ];
    for (const list of lists) assert.deepEqual(parseCommandLine(joinCommand(list)), list);
  });
});
