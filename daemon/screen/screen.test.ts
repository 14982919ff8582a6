import assert from 'node:assert/strict';
import { createRandom, hostileOutput } from '../../test/support/hostileOutput.ts';
import { listRecordings, readRecordedOutput } from '../../test/support/recording.ts';
import {
  anyResizes,
  cutBefore,
  differencesOf,
  findDifferences,
} from '../../test/support/screenCorpus.ts';
import { readVisible } from '../../test/support/screenState.ts';
import { CutFinder } from './cut.ts';
import { Emulator } from './emulator.ts';
import { serialise } from './serialise.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const seed = Number(process.env['WAGGLE_TEST_SEED'] ?? 1);
const size = { cols: 40, rows: 10 };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function restore(terminal: Emulator, scrollback = 1000): Emulator {
  const restored = new Emulator(terminal.size);
  restored.feed(encode(serialise(terminal, scrollback)));
  return restored;
}

/** What differs between a terminal and one restored from it, at once and after `rest`. */
function differencesAfter(text: string, rest = ''): string[] {
  const terminal = new Emulator(size);
  terminal.feed(encode(text));
  const restored = restore(terminal);
  const found = differencesOf(terminal, restored, 'at once');
  for (const one of [terminal, restored]) one.feed(encode(rest));
  return [...found, ...differencesOf(terminal, restored, 'later')];
}

describe('a terminal rebuilt from its stored screen', () => {
  for (const name of listRecordings()) {
    it(`shows what ${name} shows to who was there from the start`, function () {
      this.timeout(60_000);
      const bytes = readRecordedOutput(name);
      const random = createRandom(seed + bytes.length);
      const found: string[] = [];
      for (let attach = 0; attach < (isLong ? 36 : 3); attach += 1) {
        const resizes = attach % 3 === 0 ? [] : anyResizes(random, bytes);
        found.push(...findDifferences({ bytes, size: { cols: 120, rows: 40 }, resizes }, random));
      }
      assert.deepEqual(found, [], `seed ${seed}`);
    });
  }

  const states: readonly (readonly [what: string, before: string, after?: string])[] = [
    ['a progress bar', '10%\r\u001b[32m####\u001b[m    \r20%', '\r30%\u001b[K'],
    ['wide and combining characters', '漢字e\u0301🙂한\r\n'.repeat(12), '\u001b[A\u001b[4Gx'],
    [
      'half of a wide character written over',
      '漢字漢字\u001b[31;7m\u001b[2Gx\u001b[6Gy',
      '\u001b[Kz',
    ],
    ['lines that wrapped', 'word '.repeat(30), 'more '.repeat(30)],
    ['a wide character that did not fit', `${'x'.repeat(39)}漢`, '\u001b[A\u001b[39Gy'],
    ['coloured blanks', '\u001b[44m\u001b[2J\u001b[3;5H\u001b[41m\u001b[6Xabc\u001b[K\r\n\n'],
    [
      'true colours and every underline',
      '\u001b[38;2;1;2;3;48;5;99m\u001b[4:3;58;2;9;8;7mx\u001b[4:5my',
      'z',
    ],
    [
      'a link',
      'go \u001b]8;id=a;http://x/\u001b\\there\u001b[1m now',
      ' or never\u001b]8;;\u001b\\.',
    ],
    ['protected cells', '\u001b[1"qkeep\u001b[0"q lose', '\r\u001b[?K'],
    ['a pending wrap', 'y'.repeat(40), 'n'],
    ['a pending wrap on a wide character', `${'y'.repeat(38)}漢`, 'n'],
    ['a pending wrap under origin', '\u001b[3;8r\u001b[?6h\u001b[2;1H' + 'y'.repeat(40), 'n'],
    [
      'a saved cursor',
      '\u001b[5;7H\u001b[35;1m\u001b(0\u001b7\u001b[m\u001b(B\u001b[H',
      '\u001b8qqq',
    ],
    ['a saved pending wrap', `${'s'.repeat(40)}\u001b7\u001b[H`, '\u001b8t'],
    ['a saved cursor above the screen', `a\u001b7${'\r\n'.repeat(14)}`, '\u001b8t'],
    ['a scroll region and tab stops', '\u001b[3g\u001b[7G\u001bH\u001b[2;6r\u001b[6;1H', '\n\n\tx'],
    ['character sets', '\u001b)0\u001b*A\u000eq', 'qx\u000fq\u001bn#'],
    [
      'both screens',
      'shell\u001b[?1049h\u001b[2;3Hfull\u001b[2;5r\u001b7',
      '\u001b8z\u001b[?1049lback',
    ],
    [
      'the screen of a program that used 47',
      'a\u001b[?47hb\u001b7',
      '\u001b[?47lc\u001b[?47h\u001b8d',
    ],
    ['insert mode and no wrapping', 'abc\u001b[4h\u001b[?7l\r', 'x'.repeat(50)],
    [
      'keys, mouse and paste',
      '\u001b[?1h\u001b=\u001b[?2004h\u001b[?1003h\u001b[?1006h\u001b[?1004h',
    ],
    ['modes that nobody here knows', '\u001b[?2031h\u001b[?9001h\u001b[?5h\u001b[?5l\u001b[>4;2m'],
    [
      'the keyboard of each screen',
      '\u001b[>1u\u001b[=5;1u\u001b[?1049h\u001b[>3u',
      '\u001b[<u\u001b[?1049l\u001b[<u',
    ],
    [
      'a hidden cursor and its shape',
      '\u001b[4 q\u001b[?12h\u001b[?25l\u001b[?2026h',
      '\u001b[?25h',
    ],
    [
      'titles',
      '\u001b]2;one\u0007\u001b[22;0t\u001b]0;two\u0007\u001b]1;icon\u0007',
      '\u001b[23;0t',
    ],
    [
      'colours of the terminal',
      '\u001b]4;1;#ff0000;2;rgb:00/ff/00\u0007\u001b]10;#111;#222\u0007',
      '\u001b]104;1\u0007',
    ],
  ];
  for (const [what, before, after] of states) {
    it(`keeps ${what}`, () => assert.deepEqual(differencesAfter(before, after), []));
  }

  it('keeps enough above the screen for it to grow', () => {
    const terminal = new Emulator(size);
    terminal.feed(encode(Array.from({ length: 200 }, (_, line) => `line ${line}`).join('\r\n')));
    const restored = restore(terminal, 60);
    for (const one of [terminal, restored]) one.resize({ cols: 30, rows: 50 });
    assert.deepEqual(readVisible(restored), readVisible(terminal));
  });
});

describe('a cut', () => {
  const cutOf = (text: string): number => {
    const finder = new CutFinder();
    finder.push(encode(text));
    return finder.cut;
  };

  it('never lies in a sequence, in a character, or before one that joins', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['ab\u001b[3', 1],
      ['\u001b[3mab', 5],
      ['\u001b]0;never ends\n\r', 0],
      ['\u001b]0;ends\u0007x', 9],
      ['\u001bPq string\u0007\n', 0],
      ['\r\ne', 2],
      ['\r\n漢', 2],
      ['\u009b5', 0],
      ['\u001b(0x', 3],
    ];
    const found = cases.map(([text]) => [text, cutOf(text)]);
    assert.deepEqual(found, cases);
  });

  it('is one for the parser too, however the output is cut into pieces', () => {
    for (let run = 0; run < 60; run += 1) {
      const random = createRandom(seed * 1000 + run);
      const bytes = hostileOutput(random, 100);
      const offset = random.below(bytes.length);
      const pieces = new CutFinder();
      for (let at = 0; at < offset;) {
        const next = Math.min(offset, at + 1 + random.below(7));
        pieces.push(bytes.subarray(at, next));
        at = next;
      }
      assert.equal(pieces.cut, cutBefore(bytes, offset));
      const terminal = new Emulator(size);
      try {
        terminal.feed(bytes.subarray(0, pieces.cut));
      } catch {
        continue;
      }
      assert.equal(terminal.isAtRest, true, `seed ${seed}, run ${run}`);
    }
  });
});
