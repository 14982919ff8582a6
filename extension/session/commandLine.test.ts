import assert from 'node:assert/strict';
import { parseCommandLine } from './commandLine.ts';

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
