import assert from 'node:assert/strict';
import { findLinks, findSessionIds } from './linkParse.ts';

/** `shown → path:line:column` for everything found, path-like only. */
function read(text: string): string[] {
  return findLinks(text)
    .filter(({ isPathLike }) => isPathLike)
    .map(({ start, length, paths, line, column }) => {
      const place = [paths.join('|'), line, column].filter((part) => part !== undefined);
      return `${text.slice(start, start + length)} → ${place.join(':')}`;
    });
}

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['src/a.ts:12', ['src/a.ts:12 → src/a.ts:12']],
  ['src/a.ts:12:3: error TS1', ['src/a.ts:12:3 → src/a.ts:12:3']],
  ['src/a.ts:12:const x = 1', ['src/a.ts:12 → src/a.ts:12']],
  ['src/a.ts(12,3): error', ['src/a.ts(12,3) → src/a.ts:12:3']],
  ['    at run (/w/src/a.ts:12:3)', ['/w/src/a.ts:12:3 → /w/src/a.ts:12:3']],
  ['  File "src/a b.py", line 12, in f', ['"src/a b.py", line 12 → src/a b.py:12']],
  ['  File "a.py", line 3', ['"a.py", line 3 → a.py:3']],
  ["open 'my dir/a file.txt' failed", ['my dir/a file.txt → my dir/a file.txt']],
  [
    'diff --git a/src/x.ts b/src/x.ts',
    ['a/src/x.ts → a/src/x.ts|src/x.ts', 'b/src/x.ts → b/src/x.ts|src/x.ts'],
  ],
  ['~/notes.md and ./x/y, ../z.', ['~/notes.md → ~/notes.md', './x/y → ./x/y', '../z → ../z']],
  ['--config=etc/app.json', ['etc/app.json → etc/app.json']],
  ['[src/a.ts#L12]', ['src/a.ts#L12 → src/a.ts:12']],
  [
    '日本語/ファイル.md:7 と 名前.txt',
    ['日本語/ファイル.md:7 → 日本語/ファイル.md:7', '名前.txt → 名前.txt'],
  ],
  ['see https://example.com/src/a.ts:12 and file:///etc/passwd', []],
  ['Makefile:12', ['Makefile:12 → Makefile:12']],
  ['done in 1.5 s ... -- == 100%', []],
];

describe('links in a line', () => {
  for (const [text, expected] of cases)
    it(`are found in \`${text}\``, () => {
      assert.deepEqual(read(text), expected);
    });

  it('do not hold up on a long or hostile line', () => {
    for (const text of [
      '('.repeat(100_000),
      'a:1'.repeat(50_000),
      '"'.repeat(50_000),
      'a/'.repeat(50_000),
    ])
      assert.ok(findLinks(text).length < 2000);
  });

  it('name a session by its whole id, with and without its letter', () => {
    const id = '0192f0c1-7a3b-7def-8abc-0123456789ab';
    assert.deepEqual(findSessionIds(`opened s-${id} (${id}) x${id}`), [
      { start: 7, length: 38, sessionId: id },
      { start: 47, length: 36, sessionId: id },
    ]);
  });
});
