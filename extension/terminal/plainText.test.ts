import assert from 'node:assert/strict';
import { toPlainText } from './plainText.ts';

describe('output as plain text', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a\r\nb\r\n', 'a\nb\n'],
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\', 'xlink'],
    ['10%\r20%\rdone\r\n', 'done\n'],
    ['\u001bP$q\u001b\\a\u0008b\u0007', 'ab'],
  ];
  for (const [output, text] of cases) {
    it(`is ${JSON.stringify(text)} for ${JSON.stringify(output)}`, () => {
      assert.equal(toPlainText(output), text);
    });
  }
});
