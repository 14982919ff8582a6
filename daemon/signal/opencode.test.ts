import assert from 'node:assert/strict';
import { EventLines, OpencodeTalks } from './opencode.ts';

const status = (talk: string, type: string) => ({
  type: 'session.status',
  properties: { sessionID: talk, status: { type } },
});
const asked = (id: string, more: object = {}) => ({
  type: 'permission.asked',
  properties: { id, sessionID: 's', permission: 'bash', patterns: ['ls'], ...more },
});

/** The states that the events make, one each; `-` for an event that says nothing. */
function play(...events: unknown[]): string[] {
  const talks = new OpencodeTalks();
  return events.map((event) => talks.follow(event)?.claim.state ?? '-');
}

describe('the events of opencode', () => {
  it('are a turn, its questions and its end', () => {
    const replied = { type: 'permission.replied', properties: { sessionID: 's', requestID: 'p' } };
    assert.deepEqual(
      play(status('s', 'busy'), asked('p'), replied, status('s', 'retry'), status('s', 'idle')),
      ['working', 'asking', 'working', 'working', 'finished'],
    );
  });

  it('say that it works while one of its talks does', () => {
    assert.deepEqual(
      play(status('a', 'busy'), status('b', 'busy'), status('a', 'idle'), status('b', 'idle')),
      ['working', 'working', 'working', 'finished'],
    );
  });

  it('tell an error from an end that a person wanted', () => {
    const error = (name: string) => ({
      type: 'session.error',
      properties: { sessionID: 's', error: { name, data: { message: 'no such model' } } },
    });
    assert.equal(
      play(status('s', 'busy'), error('APIError'), status('s', 'idle')).at(-1),
      'failed',
    );
    const aborted = play(status('s', 'busy'), error('MessageAbortedError'), status('s', 'idle'));
    assert.equal(aborted.at(-1), 'idle');
  });

  it('are listed when it is met again, and a list is no end of a turn', () => {
    const talks = new OpencodeTalks();
    assert.equal(talks.begin({}, [])?.claim.state, 'idle');
    assert.equal(talks.begin({ s: { type: 'busy' } }, undefined)?.claim.state, 'working');
    assert.equal(talks.follow(status('s', 'idle'))?.claim.state, 'finished');
    assert.equal(
      talks.begin({ s: { type: 'busy' } }, [asked('p').properties])?.claim.state,
      'asking',
    );
    assert.equal(new OpencodeTalks().begin(undefined, []), undefined);
  });

  it('say nothing when they are of another form', () => {
    assert.deepEqual(play(undefined, null, 1, [], {}, { type: 'session.status' }, asked('')), [
      ...['-', '-', '-', '-', '-', '-', '-'],
    ]);
  });

  it('are cut out of the stream wherever it is cut, and a line without an end is dropped', () => {
    const stream = ': hello\r\ndata: {"a":1}\r\n\r\ndata: x\ndata: y\n\nevent: z\n\n';
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const lines = new EventLines();
      const events = [...lines.push(stream.slice(0, cut)), ...lines.push(stream.slice(cut))];
      assert.deepEqual(events, ['{"a":1}', 'x\ny'], `cut at ${cut}`);
    }
    const lines = new EventLines();
    for (let turn = 0; turn < 20; turn += 1) lines.push('x'.repeat(100_000));
    assert.deepEqual(lines.push('end\ndata: after\n\n'), ['after']);
  });
});
