import assert from 'node:assert/strict';
import { QueryFinder } from './queryFinder.ts';
import { replyTo } from './queryReply.ts';

const size = { cols: 100, rows: 30 };
const queries = [
  ...['\u001b[c', '\u001b[0c', '\u001b[>c', '\u001b[>0q', '\u001b[5n', '\u001b[6n', '\u001b[?6n'],
  ...['\u001b[?2026$p', '\u001b[4$p', '\u001b[18t', '\u001b]11;?\u0007', '\u001b]10;?;?\u001b\\'],
  ...['\u001bP$qr\u001b\\', '\u001bP$q q\u001b\\'],
];
/** Replies, neighbours of queries, and what only some terminals answer. */
const others = [
  ...['\u001b[?1;2c', '\u001b[>0;276;0c', '\u001b[0n', '\u001b[1;1R', '\u001b[?2026;2$y', '[c'],
  ...['\u001b]11;rgb:0/0/0\u0007', '\u001b]11;#ffffff\u001b\\', '\u001b[38;5;6m', '\u001b[2 q'],
  ...['\u001b[?u', '\u001b[?996n', '\u001b]4;1;?\u0007', '\u001b[\u0018c', '\u001b]0;5n\u0007'],
];
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('the finder of queries', () => {
  it('finds each query and nothing that only looks like one, with its place', () => {
    const output =
      queries.map((query, at) => `é${others[at] ?? ''}x${query}`).join('') + others[14];
    const found = new QueryFinder().push(bytesOf(output));
    assert.deepEqual(
      found.map(({ text }) => text),
      queries,
    );
    for (const { text, end } of found) assert.equal(output.slice(end - text.length, end), text);
  });

  it('finds the same in output that is cut anywhere', () => {
    const output = queries.join('text');
    for (let at = 1; at < output.length; at += 1) {
      const finder = new QueryFinder();
      const first = finder.push(bytesOf(output.slice(0, at)));
      const second = finder.push(bytesOf(output.slice(at)));
      const places = [...first.map(({ end }) => end), ...second.map(({ end }) => at + end)];
      assert.equal(places.length, queries.length, `cut at ${at}`);
      assert.deepEqual(
        places,
        new QueryFinder().push(bytesOf(output)).map(({ end }) => end),
      );
    }
    const finder = new QueryFinder();
    const found = [...bytesOf(output)].flatMap((byte) => finder.push(Uint8Array.of(byte)));
    assert.deepEqual(
      found.map(({ text }) => text),
      queries,
    );
  });

  it('finds a query that began in what it was told to skip, unless bytes are missing', () => {
    const finder = new QueryFinder();
    finder.skip(bytesOf('\u001b[c\u001b['));
    assert.deepEqual(
      finder.push(bytesOf('6n')).map(({ text }) => text),
      ['\u001b[6n'],
    );
    finder.skip(bytesOf('\u001b['));
    finder.forget();
    assert.deepEqual(finder.push(bytesOf('6n')), []);
  });
});

describe('the reply to a query', () => {
  it('is that of a plain terminal of the size, or the screen has to be asked', () => {
    assert.deepEqual(
      queries.map((query) => {
        const reply = replyTo(query, size);
        return reply === 'screen' ? 'screen' : reply.text;
      }),
      [
        ...[
          '\u001b[?1;2c',
          '\u001b[?1;2c',
          '\u001b[>0;276;0c',
          '\u001bP>|waggle\u001b\\',
          '\u001b[0n',
        ],
        ...['screen', 'screen', 'screen', 'screen', '\u001b[8;30;100t'],
        '\u001b]11;rgb:0000/0000/0000\u0007',
        '\u001b]10;rgb:ffff/ffff/ffff\u001b\\\u001b]11;rgb:0000/0000/0000\u001b\\',
        ...['screen', 'screen'],
      ],
    );
  });
});
