import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ScreenQuery } from './answering.ts';
import { Answering } from './answering.ts';

const attributes = '\u001b[?1;2c';

function start(from = 0) {
  const sent: string[] = [];
  const asked: (readonly ScreenQuery[])[] = [];
  const screen: { answer: (replies: readonly (string | undefined)[]) => void }[] = [];
  const answering = new Answering({
    from,
    send: (reply) => sent.push(reply),
    ask: (queries) => {
      asked.push(queries.map(({ text, end }) => ({ text, end })));
      return new Promise((answer) => screen.push({ answer }));
    },
  });
  const receive = (seq: number, text: string, isUnheld = true): void =>
    answering.receive({ seq, bytes: Buffer.from(text) }, isUnheld);
  return { answering, sent, asked, screen, receive };
}

describe('answering for a terminal that is not there', () => {
  it('answers what was asked while nobody could, once, and only what ended after its beginning', () => {
    const { sent, receive } = start(10);
    receive(0, '\u001b[c12345\u001b[');
    receive(10, 'c');
    receive(11, '\u001b[5n', false);
    receive(15, '\u001b[', false);
    receive(17, '5n');
    assert.deepEqual(sent, [attributes, '\u001b[0n']);
  });

  it('keeps the order of the queries while the screen is asked', async () => {
    const { sent, asked, screen, receive } = start();
    receive(0, '\u001b[5n\u001b[6n\u001b[?7$p\u001b[c');
    receive(20, '\u001b[5n');
    assert.deepEqual(sent, ['\u001b[0n']);
    assert.deepEqual(asked, [
      [
        { text: '\u001b[6n', end: 8 },
        { text: '\u001b[?7$p', end: 14 },
      ],
    ]);
    screen[0]?.answer(['\u001b[3;4R', undefined]);
    await turn();
    assert.deepEqual(sent, ['\u001b[0n', '\u001b[3;4R', attributes, '\u001b[0n']);
  });

  it('answers nothing that was asked before output was lost', async () => {
    const { answering, sent, screen, receive } = start();
    receive(0, '\u001b[6n\u001b[c\u001b[');
    answering.forget();
    receive(5000, 'c\u001b[5n');
    screen[0]?.answer(['\u001b[3;4R']);
    await turn();
    assert.deepEqual(sent, ['\u001b[0n']);
  });

  it('says no more than a program that does not read may leave unread', () => {
    const { answering, sent, receive } = start();
    receive(0, '\u001b[c'.repeat(1000));
    const first = sent.length;
    receive(4000, '\u001b[c'.repeat(1000));
    assert.deepEqual([first > 0 && first < 100, sent.length], [true, first]);
    for (let count = 0; count < first; count += 1) answering.settled();
    receive(8000, '\u001b[c');
    assert.equal(sent.length, first + 1);
  });
});
