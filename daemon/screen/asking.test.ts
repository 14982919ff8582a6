import assert from 'node:assert/strict';
import { askScreen } from './asking.ts';
import { makeScreen } from './making.ts';
import type { ScreenPiece } from './request.ts';

const size = { cols: 20, rows: 5 };
const cursor = '\u001b[6n';

function output(seq: number, text: string): ScreenPiece {
  return { kind: 'output', seq, bytes: Buffer.from(text) };
}

/** Questions where `text` holds cursor queries. */
function questionsIn(text: string, seq = 0) {
  return [...text.matchAll(/\u001b\[6n/g)].map(({ index }) => ({
    text: cursor,
    end: seq + index + cursor.length,
  }));
}

describe('a screen that is asked', () => {
  it('answers where the cursor stood at each question, whatever came after it', () => {
    const text = `ab${cursor}\r\n\u001b[4;7H${cursor}\u001b[2J\u001b[Hend`;
    const pieces = [output(0, text.slice(0, 5)), output(5, text.slice(5))];
    const replies = askScreen({ seq: 0, size, pieces, questions: questionsIn(text) });
    assert.deepEqual(replies, ['\u001b[1;3R', '\u001b[4;7R']);
  });

  it('goes on from a stored screen, also when the question ends where that was made', () => {
    const before = `\u001b[3;2Hx${cursor}`;
    const made = makeScreen({ seq: 0, size, pieces: [output(0, before)] });
    assert.ok(made.snapshot);
    const stored = { seq: made.seq, size: made.size, snapshot: made.snapshot };
    const after = `\u001b[?25l y${cursor}`;
    const questions = [
      { text: cursor, end: made.seq - 1 },
      ...questionsIn(before),
      ...questionsIn(after, made.seq),
    ];
    const replies = askScreen({ ...stored, pieces: [output(made.seq, after)], questions });
    assert.deepEqual(replies, [undefined, '\u001b[3;3R', '\u001b[3;5R']);
  });

  it('knows modes and settings, and the size of the moment', () => {
    const text = '\u001b[?2004h\u001b[?2004$p\u001b[2;3r\u001bP$qr\u001b\\';
    const questions = [
      { text: '\u001b[?2004$p', end: 17 },
      { text: '\u001bP$qr\u001b\\', end: text.length },
    ];
    assert.deepEqual(askScreen({ seq: 0, size, pieces: [output(0, text)], questions }), [
      '\u001b[?2004;1$y',
      '\u001bP1$r2;3r\u001b\\',
    ]);
    const pieces: ScreenPiece[] = [
      output(0, '\u001b[9;9H'),
      { kind: 'resize', seq: 6, size: { cols: 20, rows: 10 } },
      output(6, `\u001b[9;9H${cursor}`),
    ];
    const replies = askScreen({ seq: 0, size, pieces, questions: [{ text: cursor, end: 16 }] });
    assert.deepEqual(replies, ['\u001b[9;9R']);
  });

  it('says nothing of a screen that it does not know, until it was written over', () => {
    const text = `lost?${cursor}`;
    const pieces: ScreenPiece[] = [{ kind: 'gap', seq: 0, to: 1000 }, output(1000, text)];
    const request = { seq: 0, size, pieces };
    assert.deepEqual(askScreen({ ...request, questions: questionsIn(text, 1000) }), [undefined]);
    const lines = `${'line\r\n'.repeat(12)}$ ${cursor}`;
    const known: ScreenPiece[] = [{ kind: 'gap', seq: 0, to: 1000 }, output(1000, lines)];
    const questions = questionsIn(lines, 1000);
    assert.deepEqual(askScreen({ seq: 0, size, pieces: known, questions }), ['\u001b[5;3R']);
  });
});
